import * as fc from 'fast-check';

// Messages name commands as the program was started (src/cli/command-line.ts): here as `npm test` starts it, also without npm.
Object.assign(process.env, { npm_lifecycle_event: 'test', npm_command: 'run-script', npm_package_name: 'starload' });

/** Properties start from the run's seed too, so that STARLOAD_SEED repeats their cases. */
fc.configureGlobal({ seed: Number(process.env['STARLOAD_SEED'] ?? 0) });
