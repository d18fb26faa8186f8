import * as fc from 'fast-check';

/** Properties start from the run's seed too, so that STARLOAD_SEED repeats their cases. */
fc.configureGlobal({ seed: Number(process.env['STARLOAD_SEED'] ?? 0) });
