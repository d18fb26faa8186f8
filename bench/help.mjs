import { MAIN, medians, timeNode } from './time.mjs';

/** `--help` within three times an empty node process: what is not used is not loaded. */
export const helpIsQuick = {
  title: 'help',
  async measure() {
    const figures = await medians(11, {
      'an empty node process': () => timeNode(['-e', '']),
      'starload --help': () => timeNode([MAIN, '--help']),
    });
    return { figures, ratio: figures['starload --help'] / figures['an empty node process'], limit: 3 };
  },
};
