namespace DpSynth.Models.Schedulers;

/// <summary>The samplers that can run a diffusion model.</summary>
public enum SchedulerKind
{
    /// <summary>DDIM without noise, η = 0 (Song, Meng and Ermon, arXiv 2010.02502).</summary>
    Ddim,

    /// <summary>Euler's method on the probability-flow equation (Karras et al., arXiv 2206.00364).</summary>
    Euler,

    /// <summary>Euler steps with fresh noise after each.</summary>
    EulerAncestral,

    /// <summary>DPM-Solver++, second-order multistep (Lu et al., arXiv 2211.01095).</summary>
    DpmSolver,

    /// <summary>PNDM without Runge-Kutta steps: pseudo linear multistep (Liu et al., arXiv 2202.09778).</summary>
    Pndm,

    /// <summary>Latent consistency models (Luo et al., arXiv 2310.04378).</summary>
    Lcm,
}
