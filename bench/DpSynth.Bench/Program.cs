using DpSynth.Bench;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;

var output = Console.Out;
switch (args)
{
    case ["renderer"]:
        RendererBenchmark.Run(output);
        return 0;
    case ["neighbours"]:
        NeighboursBenchmark.Run(output, rounds: 5);
        return 0;
    case ["neighbours", var rounds] when int.TryParse(rounds, out var count) && count > 0:
        NeighboursBenchmark.Run(output, count);
        return 0;
    case ["neighbours-onnx"] or ["neighbours-onnx", "cpu"]:
        OnnxNeighboursBenchmark.Run(output, ExecutionProvider.Cpu);
        return 0;
    case ["neighbours-onnx", "cuda"]:
        OnnxNeighboursBenchmark.Run(output, ExecutionProvider.Cuda);
        return 0;
    case ["embedders", var folder]:
        await EmbedderBenchmark.RunAsync(output, folder, ModelDirectory.Nearest(), "tiny-sd", ExecutionProvider.Cpu);
        return 0;
    case ["embedding", var folder]:
        await EmbeddingBenchmark.RunAsync(output, folder);
        return 0;
    case ["sampler"]:
        SamplerBenchmark.Run(output);
        return 0;
    case ["classifier"]:
        ClassifierBenchmark.Run(output);
        return 0;
    case ["mnist", .. var rest]:
        await MnistBenchmark.RunAsync(output, rest);
        return 0;
    case ["reference"]:
        await ReferenceBenchmark.RunAsync(output);
        return 0;
    case ["accountants"]:
        AccountantsBenchmark.Run(output);
        return 0;
    case ["diffusion", .. var rest]:
        DiffusionBenchmark.Run(output, rest);
        return 0;
    case ["image-api"]:
        await ImageApiBenchmark.RunAsync(output);
        return 0;
    default:
        output.WriteLine("""
            usage: dotnet run -c Release --project bench/DpSynth.Bench -- BENCHMARK

              renderer               images a second of draw-text, beside libvips
              neighbours [ROUNDS]    votes a second of the exact search, beside a plain loop, faiss and OpenBLAS
              neighbours-onnx [cuda] the same search on ONNX Runtime, beside the one in C#
              embedders FOLDER       images a second from the .png files of a folder to embeddings
              embedding FOLDER       how busy embedding private images keeps the processor while the store makes it wait
              sampler                exact discrete Gaussian samples a second, beside arbitrary precision
              classifier             the scoring classifier on MNIST's own training images
              mnist [EPSILON...]     downstream accuracy at full size, three seeds each; 1 and 10 unless said
              accountants            privacy accounting beside the Rényi accountant and direct convolution
              reference              the setting in which the Python reference library was timed
              image-api              the share of an image API's rate limit that workers use, against a server on this machine
              diffusion [OPTION...]  images a second of Stable Diffusion, beside PyTorch where it is installed; options:
                --model DIR (models/tiny-sd), --steps N (20), --guidance G (3), --batch N,N,... (1,8,16,64), --repeat N (5),
                --provider cpu|cuda|tensorrt, --device N, --memory BYTES, --half, --cuda-graphs, --threads N, --images-per-call N,
                --no-peer
            """);
        return args.Length == 0 ? 0 : 2;
}
