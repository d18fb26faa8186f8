#!/usr/bin/env node
import { reportFailure } from './cli/failure.ts';
import { endQuietlyWithReader, lostOutput } from './cli/output.ts';
import { runCli } from './cli/program.ts';
import { watchInThread } from './cli/signals.ts';

const args = process.argv.slice(2);
endQuietlyWithReader();
watchInThread();
const exitCode = await runCli(args);
const lost = await lostOutput();
process.exitCode = exitCode === 0 && lost !== undefined ? reportFailure(lost, args) : exitCode;
