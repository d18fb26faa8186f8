/** A piece of HTML. Everything else that is put into one is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What can be put into a piece of HTML. */
export type Content = Html | string | number | undefined | readonly Content[];

/** `<b>${text}</b>` with all values escaped, for the content of elements and of attributes in double quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.map((text, at) => text + textOf(values[at])).join(''));
}

function textOf(value: Content): string {
  if (value === undefined) {
    return '';
  }
  if (value instanceof Html) {
    return value.text;
  }
  return typeof value === 'object' ? value.map(textOf).join('') : escaped(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that HTML cannot hold, and those that turn the text behind them around, are shown as missing. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
    .replace(/[\p{Bidi_Control}\p{Cs}]|(?![\n\t])\p{Cc}/gu, '\uFFFD');
}
