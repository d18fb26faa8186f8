import { type FramerOptions, MalformedJson, RecordFramer } from '../../src/records/frame.ts';
import type { FramedFile, RecordSink } from '../../src/records/framed.ts';
import type { MistakeListener } from '../../src/records/past-mistakes.ts';

export const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Keeps each record's text and the line it began on. */
export class RecordCollector implements RecordSink {
  readonly records: { text: string; line: number }[] = [];
  #open: Uint8Array[] = [];

  segment(chunk: Uint8Array, from: number, to: number): void {
    this.#open.push(Uint8Array.from(chunk.subarray(from, to)));
  }

  endRecord(line: number): void {
    this.records.push({ text: Buffer.concat(this.#open).toString(), line });
    this.#open = [];
  }

  dropRecord(): void {
    this.#open = [];
  }
}

/** Keeps what is told of mistakes. */
export class MistakeCollector implements MistakeListener {
  readonly keptOut: MalformedJson[] = [];
  readonly broken: MalformedJson[] = [];

  onMistake(mistake: MalformedJson): void {
    this.keptOut.push(mistake);
  }

  onBroken(mistake: MalformedJson): void {
    this.broken.push(mistake);
  }
}

/** Frames `bytes` cut at the given places; each chunk is wiped after its push, as a reader that reuses its buffer does. */
export function frameCut(bytes: Uint8Array, cuts: readonly number[], options: FramerOptions): FramedFile {
  const framer = new RecordFramer(options);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (const [index, from] of places.slice(0, -1).entries()) {
    const chunk = Uint8Array.from(bytes.subarray(from, places[index + 1]));
    framer.push(chunk);
    chunk.fill(0x7b);
  }
  return framer.end();
}

/** The fault that `frame` throws. */
export function faultOf(frame: () => unknown): MalformedJson {
  try {
    frame();
  } catch (error) {
    if (error instanceof MalformedJson) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

/** Frames a file that is in memory as a whole. */
export function frameBuffer(bytes: Uint8Array, options: FramerOptions = {}): FramedFile {
  const framer = new RecordFramer(options);
  framer.push(bytes);
  return framer.end();
}
