const ELLIPSIS = '…';

/** The width in terminal columns: combining marks take none, wide scripts and emoji two. */
export function width(text: string): number {
  return /^[\x20-\x7e]*$/.test(text)
    ? text.length
    : [...text].reduce((all, character) => all + columnsOf(character), 0);
}

function columnsOf(character: string): number {
  if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(character)) {
    return 0;
  }
  return WIDE.test(character) ? 2 : 1;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** The part of a text that fits. */
export function cut(text: string, length: number): string {
  if (width(text) <= length) {
    return text;
  }
  let kept = '';
  let taken = width(ELLIPSIS);
  for (const character of text) {
    taken += columnsOf(character);
    if (taken > length) {
      break;
    }
    kept += character;
  }
  return kept + ELLIPSIS;
}

/** A text as lines of a length, wrapped at blanks. A longer word stays whole. */
export function wrapped(text: string, length: number): readonly string[] {
  const lines: string[] = [];
  for (const word of width(text) <= length ? [text] : text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && width(longer) <= length) {
      lines[lines.length - 1] = longer;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
