using Messaging.Kit.Publishing;

namespace Messaging.Kit.Tests.Publishing;

public sealed class PublishOutcomesTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 0)]
    [InlineData(2_048, 2_048)]
    [InlineData(10_000, 0)]
    [InlineData(10_000, 10_000)]
    public void Outcomes_keep_their_places_whatever_their_number(int count, int expected)
    {
        var outcomes = new PublishOutcomes(expected);
        for (var number = 0; number < count; number++)
        {
            outcomes.Add(new($"{number}", null));
        }

        var failed = Enumerable.Range(0, count).Where(number => number % 999 == 1).ToList();
        failed.ForEach(number => outcomes.Fail(number, new TimeoutException($"{number}")));

        Assert.Equal(count, outcomes.Count);
        Assert.Equal(Enumerable.Range(0, count).Select(number => $"{number}"), outcomes.Select(outcome => outcome.Id));
        Assert.Equal(failed, Enumerable.Range(0, count).Where(number => outcomes[number].Error?.Message == $"{number}"));
        Assert.Throws<ArgumentOutOfRangeException>(() => outcomes[count]);
        Assert.Throws<ArgumentOutOfRangeException>(() => outcomes[-1]);
    }
}
