import { headLines, isHead } from './heads.ts';
import { splitComment } from './tokens.ts';

/** The longest comment that is put on a table or a column, in characters. A longer one is cut. */
export const LONGEST_COMMENT = 2000;

/** A line of the list of columns: what it defines, and what is said of it above and behind it. */
export interface CommentedLine {
  readonly code: string;
  readonly above: readonly string[];
  /** As it is written, without the hyphens. */
  readonly behind: string;
}

/** The lines of a list of columns, each with its comments. Those above a blank line or the end belong to no column. */
export function commentedLines(list: string): readonly CommentedLine[] {
  const lines: CommentedLine[] = [];
  let above: string[] = [];
  for (const line of list.split('\n')) {
    const { code, comment } = splitComment(line);
    if (code.trim() !== '') {
      lines.push({ code: code.trim(), above, behind: comment ?? '' });
    }
    above = code.trim() === '' && comment !== undefined ? [...above, comment] : [];
  }
  return lines;
}

/** The comment at the head of a statement: the lines above it that are no heads. Undefined if there are none. */
export function headComment(sql: string): string | undefined {
  const lines = headLines(sql)
    .split('\n')
    .filter((line) => line.startsWith('--') && !isHead(line));
  return commentOf(lines.map((line) => line.slice(2)));
}

/**
 * Lines as one comment. Characters that control a terminal or the direction of text are left out, because comments are
 * shown in other programs.
 */
export function commentOf(lines: readonly string[]): string | undefined {
  const text = lines
    .join(' ')
    .replace(/[\p{Cc}\p{Bidi_Control}\s]+/gu, ' ')
    .trim();
  const characters = [...text];
  const whole = characters.length <= LONGEST_COMMENT;
  return text === '' ? undefined : whole ? text : `${characters.slice(0, LONGEST_COMMENT - 1).join('')}…`;
}
