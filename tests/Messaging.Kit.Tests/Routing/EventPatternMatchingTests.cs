using System.Text;
using Messaging.Kit.Routing;

namespace Messaging.Kit.Tests.Routing;

public sealed class EventPatternMatchingTests
{
    [Theory]

    // Fields: all have to match, each by one of its values; names are compared exactly.
    [InlineData("""{"a":["x"],"b":["y"]}""", """{"a":"x","b":"y","c":1}""", true)]
    [InlineData("""{"a":["x"],"b":["y"]}""", """{"a":"x"}""", false)]
    [InlineData("""{"a":["x"],"b":["y"]}""", """{"a":"x","b":"z"}""", false)]
    [InlineData("""{"a":["x","y"]}""", """{"a":"y"}""", true)]
    [InlineData("""{"a":["x"]}""", """{"A":"x"}""", false)]
    [InlineData("""{"a":["x"]}""", """{"a":"X"}""", false)]
    [InlineData("""{"a":{"b":["x"]}}""", """{"a":{"b":"x","c":{"d":[]}}}""", true)]
    [InlineData("""{"a":{"b":["x"]}}""", """{"b":"x","a":{}}""", false)]
    [InlineData("""{"a":["x"]}""", """{"a":{"a":"x"}}""", false)]

    // Dots are the same as nesting, in patterns and in events.
    [InlineData("""{"a.b":["x"]}""", """{"a":{"b":"x"}}""", true)]
    [InlineData("""{"a":{"b":["x"]}}""", """{"a.b":"x"}""", true)]
    [InlineData("""{"a.b":{"c":["x"]}}""", """{"a":{"b.c":"x"}}""", true)]
    [InlineData("""{"a.b.c":["x"]}""", """{"a.b":{"c":"x"}}""", true)]
    [InlineData("""{"a":["x"],"a.b":["y"]}""", """{"a":["x",{"b":"y"}]}""", true)]
    [InlineData("""{"a..b":["x"]}""", """{"a":{"":{"b":"x"}}}""", true)]
    [InlineData("""{"":["x"]}""", """{"":"x"}""", true)]

    // Names that are written twice: the last holds in a pattern, any in an event.
    [InlineData("""{"a":["x"],"a":["y"]}""", """{"a":"x"}""", false)]
    [InlineData("""{"a":["x"],"a":["y"]}""", """{"a":"y"}""", true)]
    [InlineData("""{"a":{"b":["x"]},"a.b":["y"]}""", """{"a":{"b":"x"}}""", false)]
    [InlineData("""{"a":{"b":["x"]},"a":{"c":["y"]}}""", """{"a":{"c":"y"}}""", false)]
    [InlineData("""{"a":["x"]}""", """{"a":"x","a":"y"}""", true)]
    [InlineData("""{"a":["y"]}""", """{"a":"x","a":"y"}""", true)]

    // Escapes, in names and values.
    [InlineData("""{"\u0061":["\u0078"]}""", """{"a":"x"}""", true)]
    [InlineData("""{"a":["x"]}""", """{"\u0061":"\u0078"}""", true)]
    [InlineData("""{"a":["\"\\\/\b\f\n\r\t"]}""", """{"a":"\u0022\u005c\u002f\u0008\u000c\u000a\u000d\u0009"}""", true)]
    [InlineData("""{"a":["😀ä"]}""", """{"a":"\ud83d\ude00\u00e4"}""", true)]
    [InlineData("""{"a":["�x"]}""", """{"a":"\ud83dx"}""", true)]
    [InlineData("""{"a":["��"]}""", """{"a":"\ude00\ud83d"}""", true)]
    [InlineData("""{"a":{"b":["x"]}}""", """{"a\u002eb":"x"}""", true)]

    // Types.
    [InlineData("""{"a":[5]}""", """{"a":"5"}""", false)]
    [InlineData("""{"a":["5"]}""", """{"a":5}""", false)]
    [InlineData("""{"a":[true]}""", """{"a":"true"}""", false)]
    [InlineData("""{"a":["true"]}""", """{"a":true}""", false)]
    [InlineData("""{"a":[true]}""", """{"a":true}""", true)]
    [InlineData("""{"a":[true]}""", """{"a":false}""", false)]
    [InlineData("""{"a":[false]}""", """{"a":false}""", true)]
    [InlineData("""{"a":[{"prefix":"5"}]}""", """{"a":5}""", false)]
    [InlineData("""{"a":[{"suffix":""}]}""", """{"a":5}""", false)]
    [InlineData("""{"a":[{"wildcard":"*"}]}""", """{"a":5}""", false)]
    [InlineData("""{"a":[{"equals-ignore-case":"true"}]}""", """{"a":true}""", false)]
    [InlineData("""{"a":[{"cidr":"0.0.0.0/0"}]}""", """{"a":10}""", false)]
    [InlineData("""{"a":[{"numeric":[">",0]}]}""", """{"a":"5"}""", false)]

    // Null and the empty string are values.
    [InlineData("""{"a":[null]}""", """{"a":null}""", true)]
    [InlineData("""{"a":[null]}""", "{}", false)]
    [InlineData("""{"a":[null]}""", """{"a":""}""", false)]
    [InlineData("""{"a":[""]}""", """{"a":""}""", true)]
    [InlineData("""{"a":[""]}""", """{"a":null}""", false)]
    [InlineData("""{"a":[""]}""", "{}", false)]
    [InlineData("""{"a":[""]}""", """{"a":[]}""", false)]

    // Numbers by value.
    [InlineData("""{"a":[5]}""", """{"a":5.0}""", true)]
    [InlineData("""{"a":[5.0]}""", """{"a":5}""", true)]
    [InlineData("""{"a":[5]}""", """{"a":5e0}""", true)]
    [InlineData("""{"a":[300.0]}""", """{"a":3.0e2}""", true)]
    [InlineData("""{"a":[300]}""", """{"a":0.03E+4}""", true)]
    [InlineData("""{"a":[0]}""", """{"a":-0}""", true)]
    [InlineData("""{"a":[0]}""", """{"a":0.000e5}""", true)]
    [InlineData("""{"a":[0.3]}""", """{"a":0.30000000000000004}""", false)]
    [InlineData("""{"a":[0.05]}""", """{"a":5e-2}""", true)]
    [InlineData("""{"a":[-5]}""", """{"a":5}""", false)]
    [InlineData("""{"a":[123456789012345678901234567890]}""", """{"a":123456789012345678901234567890}""", true)]
    [InlineData("""{"a":[123456789012345678901234567890]}""", """{"a":123456789012345678901234567891}""", false)]
    [InlineData("""{"a":[1e400]}""", """{"a":10e399}""", true)]
    [InlineData("""{"a":[{"numeric":["=",3.018e2]}]}""", """{"a":301.8}""", true)]
    [InlineData("""{"a":[{"numeric":[">",0]}]}""", """{"a":0.0000001}""", true)]
    [InlineData("""{"a":[{"numeric":[">",0]}]}""", """{"a":0}""", false)]
    [InlineData("""{"a":[{"numeric":[">=",0]}]}""", """{"a":-0.0}""", true)]
    [InlineData("""{"a":[{"numeric":["<",-1.5]}]}""", """{"a":-1.51}""", true)]
    [InlineData("""{"a":[{"numeric":["<",-1.5]}]}""", """{"a":-1.5}""", false)]
    [InlineData("""{"a":[{"numeric":["<=",-1.5]}]}""", """{"a":-15e-1}""", true)]
    [InlineData("""{"a":[{"numeric":["<",0]}]}""", """{"a":-1e-300}""", true)]
    [InlineData("""{"a":[{"numeric":[">",9]}]}""", """{"a":10}""", true)]
    [InlineData("""{"a":[{"numeric":["<",-9]}]}""", """{"a":-10}""", true)]
    [InlineData("""{"a":[{"numeric":["<",-11]}]}""", """{"a":-111}""", true)]
    [InlineData("""{"a":[{"numeric":[">",0,"<=",5]}]}""", """{"a":5}""", true)]
    [InlineData("""{"a":[{"numeric":[">",0,"<",5]}]}""", """{"a":5.0}""", false)]
    [InlineData("""{"a":[{"numeric":[">=",-5,"<",5]}]}""", """{"a":-5}""", true)]
    [InlineData("""{"a":[{"numeric":[">",1e999999999]}]}""", """{"a":1e99999999999999999999}""", true)]

    // Parts of strings.
    [InlineData("""{"a":[{"prefix":"xy"}]}""", """{"a":"xyz"}""", true)]
    [InlineData("""{"a":[{"prefix":"xy"}]}""", """{"a":"xy"}""", true)]
    [InlineData("""{"a":[{"prefix":"xy"}]}""", """{"a":"Xyz"}""", false)]
    [InlineData("""{"a":[{"prefix":""}]}""", """{"a":""}""", true)]
    [InlineData("""{"a":[{"suffix":"yz"}]}""", """{"a":"xyz"}""", true)]
    [InlineData("""{"a":[{"suffix":"yz"}]}""", """{"a":"z"}""", false)]
    [InlineData("""{"a":[{"prefix":{"equals-ignore-case":"ÄX"}}]}""", """{"a":"äxy"}""", true)]
    [InlineData("""{"a":[{"suffix":{"equals-ignore-case":"Ü"}}]}""", """{"a":"xü"}""", true)]
    [InlineData("""{"a":[{"suffix":{"equals-ignore-case":".PNG"}}]}""", """{"a":"cat.png"}""", true)]
    [InlineData("""{"a":[{"suffix":{"equals-ignore-case":".PNG"}}]}""", """{"a":"cat.jpg"}""", false)]

    // Any case.
    [InlineData("""{"a":[{"equals-ignore-case":"äö"}]}""", """{"a":"ÄÖ"}""", true)]
    [InlineData("""{"a":[{"equals-ignore-case":"ÄÖ"}]}""", """{"a":"äö"}""", true)]
    [InlineData("""{"a":[{"equals-ignore-case":"straße"}]}""", """{"a":"STRASSE"}""", true)]
    [InlineData("""{"a":[{"equals-ignore-case":"STRASSE"}]}""", """{"a":"straße"}""", true)]
    [InlineData("""{"a":[{"equals-ignore-case":"i"}]}""", """{"a":"İ"}""", false)]
    [InlineData("""{"a":[{"equals-ignore-case":"I"}]}""", """{"a":"ı"}""", false)]
    [InlineData("""{"a":[{"equals-ignore-case":"I"}]}""", """{"a":"i"}""", true)]
    [InlineData("""{"a":[{"equals-ignore-case":"Ⱥ"}]}""", """{"a":"ⱥ"}""", true)]
    [InlineData("""{"a":[{"equals-ignore-case":"𐐀"}]}""", """{"a":"𐐨"}""", true)]
    [InlineData("""{"a":[{"equals-ignore-case":"x"}]}""", """{"a":"xx"}""", false)]
    [InlineData("""{"a":[{"exactly":"x"}]}""", """{"a":"x"}""", true)]
    [InlineData("""{"a":[{"exactly":"x"}]}""", """{"a":"X"}""", false)]

    // Wildcards.
    [InlineData("""{"a":[{"wildcard":"*"}]}""", """{"a":""}""", true)]
    [InlineData("""{"a":[{"wildcard":"x*"}]}""", """{"a":"x"}""", true)]
    [InlineData("""{"a":[{"wildcard":"x*y"}]}""", """{"a":"x\n\ny"}""", true)]
    [InlineData("""{"a":[{"wildcard":"x*x"}]}""", """{"a":"x"}""", false)]
    [InlineData("""{"a":[{"wildcard":"x*x"}]}""", """{"a":"xx"}""", true)]
    [InlineData("""{"a":[{"wildcard":"*ab*ab*"}]}""", """{"a":"xabyabz"}""", true)]
    [InlineData("""{"a":[{"wildcard":"*ab*ab*"}]}""", """{"a":"xaby"}""", false)]
    [InlineData("""{"a":[{"wildcard":"*aba*aba*"}]}""", """{"a":"ababa"}""", false)]
    [InlineData("""{"a":[{"wildcard":"a*b*c"}]}""", """{"a":"abbcbc"}""", true)]
    [InlineData("""{"a":[{"wildcard":"a*b*c"}]}""", """{"a":"acb"}""", false)]
    [InlineData("""{"a":[{"wildcard":"x\\*y"}]}""", """{"a":"x*y"}""", true)]
    [InlineData("""{"a":[{"wildcard":"x\\*y"}]}""", """{"a":"xzy"}""", false)]
    [InlineData("""{"a":[{"wildcard":"\\**"}]}""", """{"a":"*x"}""", true)]
    [InlineData("""{"a":[{"wildcard":"*\\\\"}]}""", """{"a":"x\\"}""", true)]
    [InlineData("""{"a":[{"wildcard":""}]}""", """{"a":""}""", true)]
    [InlineData("""{"a":[{"wildcard":""}]}""", """{"a":"x"}""", false)]
    [InlineData("""{"a":[{"wildcard":"ä*ü"}]}""", """{"a":"äöü"}""", true)]

    // Anything but.
    [InlineData("""{"a":[{"anything-but":"x"}]}""", """{"a":"y"}""", true)]
    [InlineData("""{"a":[{"anything-but":"x"}]}""", """{"a":"x"}""", false)]
    [InlineData("""{"a":[{"anything-but":"x"}]}""", "{}", false)]
    [InlineData("""{"a":[{"anything-but":"x"}]}""", """{"a":[]}""", false)]
    [InlineData("""{"a":[{"anything-but":"x"}]}""", """{"a":{"b":"y"}}""", false)]
    [InlineData("""{"a":[{"anything-but":"x"}]}""", """{"a":null}""", true)]
    [InlineData("""{"a":[{"anything-but":"x"}]}""", """{"a":true}""", true)]
    [InlineData("""{"a":[{"anything-but":"5"}]}""", """{"a":5}""", true)]
    [InlineData("""{"a":[{"anything-but":5}]}""", """{"a":"5"}""", true)]
    [InlineData("""{"a":[{"anything-but":5}]}""", """{"a":5.0}""", false)]
    [InlineData("""{"a":[{"anything-but":["x","y"]}]}""", """{"a":"y"}""", false)]
    [InlineData("""{"a":[{"anything-but":["x","y"]}]}""", """{"a":["x","y"]}""", false)]
    [InlineData("""{"a":[{"anything-but":["x","y"]}]}""", """{"a":["x","z"]}""", true)]
    [InlineData("""{"a":[{"anything-but":[5,6]}]}""", """{"a":6e0}""", false)]
    [InlineData("""{"a":[{"anything-but":{"prefix":"x"}}]}""", """{"a":"xy"}""", false)]
    [InlineData("""{"a":[{"anything-but":{"prefix":"x"}}]}""", """{"a":5}""", true)]
    [InlineData("""{"a":[{"anything-but":{"suffix":["x","y"]}}]}""", """{"a":"zy"}""", false)]
    [InlineData("""{"a":[{"anything-but":{"suffix":["x","y"]}}]}""", """{"a":"yz"}""", true)]
    [InlineData("""{"a":[{"anything-but":{"equals-ignore-case":["X","Y"]}}]}""", """{"a":"y"}""", false)]
    [InlineData("""{"a":[{"anything-but":{"wildcard":"*x*"}}]}""", """{"a":"axb"}""", false)]
    [InlineData("""{"a":[{"anything-but":{"wildcard":["*x","y*"]}}]}""", """{"a":"xy"}""", true)]
    [InlineData("""{"a":[{"anything-but":"10.0.0.1"}]}""", """{"a":"10.0.0.01"}""", true)]
    [InlineData("""{"a":[{"anything-but":"x"},"x"]}""", """{"a":"x"}""", true)]

    // Presence.
    [InlineData("""{"a":[{"exists":true}]}""", """{"a":null}""", true)]
    [InlineData("""{"a":[{"exists":true}]}""", "{}", false)]
    [InlineData("""{"a":[{"exists":true}]}""", """{"a":[]}""", false)]
    [InlineData("""{"a":[{"exists":true}]}""", """{"a":[[]]}""", false)]
    [InlineData("""{"a":[{"exists":true}]}""", """{"a":{"b":1}}""", false)]
    [InlineData("""{"a":[{"exists":true}]}""", """{"a":[{"b":1}]}""", false)]
    [InlineData("""{"a":[{"exists":true}]}""", """{"a":[{"b":1},2]}""", true)]
    [InlineData("""{"a":[{"exists":false}]}""", "{}", true)]
    [InlineData("""{"a":[{"exists":false}]}""", """{"a":[]}""", true)]
    [InlineData("""{"a":[{"exists":false}]}""", """{"a":{"b":1}}""", true)]
    [InlineData("""{"a":[{"exists":false}]}""", """{"a":null}""", false)]
    [InlineData("""{"a":{"b":[{"exists":false}]}}""", """{"a":5}""", true)]
    [InlineData("""{"a":[{"exists":false},"x"]}""", """{"a":"x"}""", true)]
    [InlineData("""{"a":[{"exists":false},"x"]}""", """{"b":"x"}""", true)]
    [InlineData("""{"a":[{"exists":false},"x"]}""", """{"a":"y"}""", false)]

    // Addresses: blocks, and exact matches in any notation.
    [InlineData("""{"a":[{"cidr":"10.0.0.0/24"}]}""", """{"a":"10.0.0.255"}""", true)]
    [InlineData("""{"a":[{"cidr":"10.0.0.0/24"}]}""", """{"a":"10.0.1.0"}""", false)]
    [InlineData("""{"a":[{"cidr":"10.0.0.0/24"}]}""", """{"a":"10.0.0"}""", false)]
    [InlineData("""{"a":[{"cidr":"10.0.0.0/24"}]}""", """{"a":"x"}""", false)]
    [InlineData("""{"a":[{"cidr":"10.0.0.5/24"}]}""", """{"a":"10.0.0.7"}""", true)]
    [InlineData("""{"a":[{"cidr":"10.0.0.5/24"}]}""", """{"a":"10.0.0.4"}""", true)]
    [InlineData("""{"a":[{"cidr":"10.0.0.5/24"}]}""", """{"a":"10.0.1.5"}""", false)]
    [InlineData("""{"a":[{"cidr":"255.255.255.255/31"}]}""", """{"a":"255.255.255.254"}""", true)]
    [InlineData("""{"a":[{"cidr":"2001:db8::ff00:42:8329/24"}]}""", """{"a":"2001:d00::"}""", true)]
    [InlineData("""{"a":[{"cidr":"2001:db8::ff00:42:8329/24"}]}""", """{"a":"2001:cff:ffff::"}""", false)]
    [InlineData("""{"a":[{"cidr":"0.0.0.0/0"}]}""", """{"a":"255.255.255.255"}""", true)]
    [InlineData("""{"a":[{"cidr":"0.0.0.0/0"}]}""", """{"a":"::1"}""", false)]
    [InlineData("""{"a":[{"cidr":"10.0.0.0/8"}]}""", """{"a":"::ffff:10.0.0.1"}""", false)]
    [InlineData("""{"a":[{"cidr":"10.0.0.0/8"}]}""", """{"a":"::ffff:a00:1"}""", false)]
    [InlineData("""{"a":[{"cidr":"2001:db8::/32"}]}""", """{"a":"2001:0DB8:ffff::1"}""", true)]
    [InlineData("""{"a":[{"cidr":"2001:db8::/32"}]}""", """{"a":"2001:db9::"}""", false)]
    [InlineData("""{"a":[{"cidr":"2001:db8::/33"}]}""", """{"a":"2001:db8:8000::"}""", false)]
    [InlineData("""{"a":["::1"]}""", """{"a":"0:0:0:0:0:0:0:1"}""", true)]
    [InlineData("""{"a":["1::"]}""", """{"a":"1:0:0:0:0:0:0:0"}""", true)]
    [InlineData("""{"a":["1::2:0:3"]}""", """{"a":"0001:0:0::2:0:3"}""", true)]
    [InlineData("""{"a":["::1"]}""", """{"a":"0:0:0:0:0:0:0:2"}""", false)]
    [InlineData("""{"a":["10.0.0.1"]}""", """{"a":"10.0.0.01"}""", true)]
    [InlineData("""{"a":["10.0.0.1"]}""", """{"a":"10.0.0.1"}""", true)]
    [InlineData("""{"a":[{"exactly":"10.0.0.1"}]}""", """{"a":"10.0.0.01"}""", false)]
    [InlineData("""{"a":["10.0.0.256"]}""", """{"a":"10.0.0.256"}""", true)]
    [InlineData("""{"a":["1:2"]}""", """{"a":"1:2"}""", true)]
    [InlineData("""{"a":[":"]}""", """{"a":":"}""", true)]

    // Alternatives.
    [InlineData("""{"a":["x"],"$or":[{"b":["y"]},{"c":["z"]}]}""", """{"a":"x","c":"z"}""", true)]
    [InlineData("""{"a":["x"],"$or":[{"b":["y"]},{"c":["z"]}]}""", """{"a":"x","c":"y"}""", false)]
    [InlineData("""{"a":["x"],"$or":[{"b":["y"]},{"c":["z"]}]}""", """{"c":"z"}""", false)]
    [InlineData("""{"a":{"$or":[{"b":["y"]},{"c":["z"]}]}}""", """{"a":{"c":"z"}}""", true)]
    [InlineData("""{"a":{"$or":[{"b":["y"]},{"c":["z"]}]}}""", """{"c":"z"}""", false)]
    [InlineData("""{"$or":[{"a":["x"],"b":["y"]},{"$or":[{"c":["z"]},{"d":["z"]}]}]}""", """{"d":"z"}""", true)]
    [InlineData("""{"$or":[{"a":["x"],"b":["y"]},{"$or":[{"c":["z"]},{"d":["z"]}]}]}""", """{"a":"x","c":"y"}""", false)]
    [InlineData("""{"a":["x"],"$or":[{"a":["y"]},{"b":["z"]}]}""", """{"a":"y"}""", true)]
    [InlineData("""{"a":["x"],"$or":[{"a":["y"]},{"b":["z"]}]}""", """{"a":"x"}""", false)]
    [InlineData("""{"$or":[{"a":["x"]},{"b":["y"]}],"x":{"$or":[{"c":["1"]},{"d":["1"]}]}}""", """{"b":"y","x":{"c":"1"}}""", true)]
    [InlineData("""{"$or":{"a":["x"]}}""", """{"$or":{"a":"x"}}""", true)]
    [InlineData("""{"$or":[{"prefix":"x"},{"prefix":"y"}]}""", """{"$or":"yes"}""", true)]
    public void Pattern_decides_as_the_language_says(string pattern, string json, bool expected) =>
        Assert.Equal(expected, EventPattern.Parse(pattern).Matches(Encoding.UTF8.GetBytes(json)));

    [Theory]

    // Any element is enough; what lies in further brackets counts as well.
    [InlineData("""{"a":["x"]}""", """{"a":["y","x"]}""", true)]
    [InlineData("""{"a":["x"]}""", """{"a":["y",["z",["x"]]]}""", true)]
    [InlineData("""{"a":["x",5]}""", """{"a":[null,{"b":1},5]}""", true)]
    [InlineData("""{"a":{"b":["x"]}}""", """{"a":[{"b":"y"},{"b":["x"]}]}""", true)]

    // Fields of one array match within one element.
    [InlineData("""{"a":{"b":["x"],"c":["y"]}}""", """{"a":[{"b":"x","c":"y"}]}""", true)]
    [InlineData("""{"a":{"b":["x"],"c":["y"]}}""", """{"a":[{"b":"x","c":"z"},{"b":"z","c":"y"}]}""", false)]
    [InlineData("""{"a":{"b":["x"],"c":["y"]}}""", """{"a":[{"b":"x"},{"b":"x","c":"y"}]}""", true)]
    [InlineData("""{"a":{"b":["x"],"c":["y"]}}""", """{"a":[[{"b":"x"}],[{"c":"y"}]]}""", false)]
    [InlineData("""{"a":{"b":["x"],"c":["y"]}}""", """{"a":[[{"b":"x"},{"c":"y"}]]}""", false)]
    [InlineData("""{"a":{"b":["x"],"c":["y"]}}""", """{"a":[[{"b":"x","c":"y"}]]}""", true)]

    // Also within the elements of arrays in arrays.
    [InlineData("""{"a":{"b":["x"],"c":{"d":["y"],"e":["z"]}}}""", """{"a":[{"b":"x","c":[{"d":"y","e":"z"}]}]}""", true)]
    [InlineData("""{"a":{"b":["x"],"c":{"d":["y"],"e":["z"]}}}""", """{"a":[{"b":"x","c":[{"d":"y"},{"e":"z"}]}]}""", false)]
    [InlineData("""{"a":{"b":["x"],"c":{"d":["y"],"e":["z"]}}}""", """{"a":[{"b":"x","c":[]},{"b":"y","c":[{"d":"y","e":"z"}]}]}""", false)]
    [InlineData("""{"a":{"c":{"d":["y"]},"f":{"e":["z"]}}}""", """{"a":[{"c":[{"d":"y"}],"f":[{"e":"z"}]}]}""", true)]
    [InlineData("""{"a":{"c":{"d":["y"]},"f":{"e":["z"]}}}""", """{"a":[{"c":[{"d":"y"}]},{"f":[{"e":"z"}]}]}""", false)]

    // Different arrays have nothing to do with each other, nor has what stands outside.
    [InlineData("""{"a":{"b":["x"]},"c":{"d":["y"]}}""", """{"a":[{"b":"z"},{"b":"x"}],"c":[{"d":"y"},{"d":"z"}]}""", true)]
    [InlineData("""{"a":{"b":["x"],"c":["y"]},"d":["z"]}""", """{"d":"z","a":[{},{"b":"x","c":"y"}]}""", true)]

    // Values of an array of values belong to no element of it.
    [InlineData("""{"a":["x"],"a.b":["y"]}""", """{"a":["x",{"b":"y"}]}""", true)]
    [InlineData("""{"a":["x"],"a.b":["y"]}""", """{"a":[["x"],{"b":"y"}]}""", false)]

    // A name that is given twice is two arrays.
    [InlineData("""{"a":{"b":["x"],"c":["y"]}}""", """{"a":[{"b":"x"}],"a":[{"c":"y"}]}""", true)]
    [InlineData("""{"a":{"b":["x"],"c":["y"],"d":["z"]}}""", """{"a":[{"b":"x"},{"d":"z"}],"a":[{"c":"y"}]}""", false)]
    [InlineData("""{"a":{"b":["x"],"c":["y"],"d":["z"]}}""", """{"a":[{"b":"x","d":"z"},{"d":"z"}],"a":[{"c":"y"}]}""", true)]
    [InlineData("""{"a":{"b":["x"],"c":["y"]}}""", """{"a":[{"b":"x"},{"c":"y"}],"a":{"c":"y"}}""", true)]

    // Absence is absence in every element.
    [InlineData("""{"a":{"b":[{"exists":false}]}}""", """{"a":[{"c":1},{}]}""", true)]
    [InlineData("""{"a":{"b":[{"exists":false}]}}""", """{"a":[{"c":1},{"b":1}]}""", false)]
    [InlineData("""{"a":{"b":["x"],"c":[{"exists":false}]}}""", """{"a":[{"b":"x"},{"c":1}]}""", false)]
    [InlineData("""{"a":{"b":["x"],"c":[{"exists":false}]}}""", """{"a":[{"b":"x"},{"d":1}]}""", true)]

    // Alternatives each keep to their element.
    [InlineData("""{"a":{"$or":[{"b":["x"],"c":["y"]},{"b":["z"]}]}}""", """{"a":[{"b":"x"},{"c":"y"}]}""", false)]
    [InlineData("""{"a":{"$or":[{"b":["x"],"c":["y"]},{"b":["z"]}]}}""", """{"a":[{"b":"x"},{"c":"y"},{"b":"z"}]}""", true)]

    // Anything but, of any element.
    [InlineData("""{"a":{"b":[{"anything-but":"x"}]}}""", """{"a":[{"b":"x"},{"b":"y"}]}""", true)]
    [InlineData("""{"a":{"b":[{"anything-but":"x"}]}}""", """{"a":[{"b":"x"},{}]}""", false)]
    public void Arrays_are_consistent(string pattern, string json, bool expected) =>
        Assert.Equal(expected, EventPattern.Parse(pattern).Matches(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("5")]
    [InlineData("\"x\"")]
    [InlineData("[]")]
    [InlineData("""[{"a":1}]""")]
    [InlineData("{")]
    [InlineData("""{"b":1}}""")]
    [InlineData("""{"b":1}{"b":1}""")]
    [InlineData("""{"b":1,}""")]
    [InlineData("""{"b":01}""")]
    [InlineData("""{"b":"\x"}""")]
    [InlineData("""{b:1}""")]
    [InlineData("""{"b":1}/**/""")]
    [InlineData("""{"b":[1,{"c":tru}]}""")]
    public void What_is_no_event_matches_nothing_not_even_absence(string json) =>
        Assert.False(EventPattern.Parse("""{"a":[{"exists":false}]}""").Matches(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Event_may_be_as_deep_as_the_service_takes_them()
    {
        var pattern = EventPattern.Parse("""{"a":["x"],"b":[{"exists":false}]}""");
        Assert.True(pattern.Matches(Nested(998)));
        Assert.True(pattern.Matches(Nested(1_001)));
        Assert.False(pattern.Matches(Nested(1_002)));
        Assert.False(pattern.Matches(Nested(200_000)));

        static byte[] Nested(int levels) => Encoding.UTF8.GetBytes($$"""{"a":{{new string('[', levels)}}"x"{{new string(']', levels)}}}""");
    }

    [Fact]
    public void What_is_no_UTF8_is_no_event()
    {
        byte[] json = [.. "{\"a\":\""u8, 0xC3, 0x28, 0xFF, .. "\"}"u8];
        Assert.All(
            ["""{"a":["x",{"prefix":"x"},{"equals-ignore-case":"x"},{"suffix":{"equals-ignore-case":"y"}},{"wildcard":"*x"}]}""", """{"a":[{"anything-but":"x"}]}""", """{"b":[{"exists":false}]}"""],
            pattern => Assert.False(EventPattern.Parse(pattern).Matches(json)));
    }
}
