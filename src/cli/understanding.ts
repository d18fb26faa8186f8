import type { Config, Understood } from '../config/config.ts';
import { printable } from '../errors.ts';

/** How a configuration was understood, as lines for display: setting, value and origin. */
export function understandingLines({ file, understood }: Config): readonly string[] {
  const width = Math.max(...understood.map(({ name }) => name.length));
  const lines = understood.map((each) => `  ${each.name.padEnd(width)}  ${each.value} (${originOf(each)})`);
  return [`How ${printable(file)} is understood:`, ...lines, ''];
}

function originOf(understood: Understood): string {
  switch (understood.from) {
    case 'file':
      return `line ${understood.line}, ${understood.key}`;
    case 'environment':
      return `environment variable ${understood.variable}`;
    case 'default':
      return 'default';
  }
}
