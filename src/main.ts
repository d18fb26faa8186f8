#!/usr/bin/env node
import { endQuietlyWithReader } from './cli/output.ts';
import { runCli } from './cli/program.ts';
import { watchInThread } from './cli/signals.ts';

endQuietlyWithReader();
watchInThread();
process.exitCode = await runCli(process.argv.slice(2));
