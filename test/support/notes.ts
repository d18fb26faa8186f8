import { appendFileSync } from 'node:fs';

/** The environment variable that names the file of notes of a test run. */
export const NOTES = 'STARLOAD_TEST_NOTES';

/** What a note is about; the headings of the list that the reporter prints at the end of the run. */
export type NoteKind = 'Known gaps' | 'Skipped' | 'Sampled' | 'Figures';

/** Adds a line to the list that a test run ends with. Lines that several test files add are printed once. */
export function note(kind: NoteKind, text: string): void {
  const file = process.env[NOTES];
  if (file !== undefined) {
    appendFileSync(file, `${JSON.stringify({ kind, text })}\n`);
  }
}
