import { MAIN, medians, timeNode } from './time.mjs';

/**
 * `--help` must take at most three times as long as an empty node process: this shows that unused modules are not loaded.
 */
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
