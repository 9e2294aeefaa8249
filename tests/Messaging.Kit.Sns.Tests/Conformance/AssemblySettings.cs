// The tests over brokers mostly wait, so more of them run at once than there are processors.
[assembly: Xunit.v3.Parallelization(MaxThreads = 6)]
