#!/usr/bin/env node
import { endQuietlyWithReader } from './cli/output.ts';
import { runCli } from './cli/program.ts';

endQuietlyWithReader();
process.exitCode = await runCli(process.argv.slice(2));
