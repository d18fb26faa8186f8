// Loaded before the command line: writes the peak of the process's resident memory, in KiB, to PEAK_FILE when it ends.
import { writeFileSync } from 'node:fs';

process.on('exit', () => writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS)));
