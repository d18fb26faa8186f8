// Loaded before the command line. When the process ends, writes its peak resident memory, in KiB, to PEAK_FILE.
import { writeFileSync } from 'node:fs';

process.on('exit', () => writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS)));
