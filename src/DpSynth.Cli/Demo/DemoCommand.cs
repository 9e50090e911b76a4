using System.CommandLine;
using DpSynth.Cli.Demo.Emoji;
using DpSynth.Cli.Demo.ImageApi;
using DpSynth.Cli.Demo.Mnist;

namespace DpSynth.Cli.Demo;

/// <summary><c>dpsynth demo</c>: the whole product on public data, in one command.</summary>
internal static class DemoCommand
{
    public static Command Create(CommandContext context) => DemoOptions.Command(
        "demo",
        "Make a private synthetic copy of MNIST and show how good it is.",
        epsilon: 1,
        [
            DemoOptions.Command(
                "emoji",
                "Find what a few hundred private emoji look like, with Stable Diffusion, and show it.",
                EmojiDemo.Epsilon,
                [],
                new EmojiDemo(context).RunAsync),
            DemoOptions.Command(
                "api",
                "Do the same through an image API, played by a server on this machine: requests, refusals, prices.",
                ApiDemo.Epsilon,
                [],
                new ApiDemo(context).RunAsync),
        ],
        new MnistDemo(context).RunAsync);
}
