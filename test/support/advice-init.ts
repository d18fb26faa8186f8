import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Content } from './init.ts';

/** What init refuses, and what following its advice changes. */
export interface InitTrial {
  readonly what: string;
  /** What `next:` begins with. */
  readonly advice: string;
  readonly code: number;
  /** In its message. */
  readonly reason: string;
  readonly files: Readonly<Record<string, Content>>;
  readonly sources?: readonly string[];
  readonly more?: readonly string[];
  readonly follow: {
    readonly sources?: readonly string[];
    readonly more?: readonly string[];
    readonly spoilt?: (folder: string) => void;
  };
}

const ONE = { 'data/a.json': [{ id: 1 }] };
const manyKeys = Object.fromEntries(Array.from({ length: 4001 }, (_, at) => [`k${at}`, at]));

export const INIT_TRIALS: readonly InitTrial[] = [
  {
    what: 'a folder without files',
    advice: 'Name a folder with files that end in',
    code: 1,
    reason: 'holds no records',
    files: { 'data/readme.txt': 'no', 'other/a.json': [{ id: 1 }] },
    follow: { sources: ['other'] },
  },
  {
    what: 'files without records',
    advice: 'Name a folder with files that end in',
    code: 1,
    reason: 'holds no records',
    files: { 'data/a.json': '\n', 'other/a.json': [{ id: 1 }] },
    follow: { sources: ['other'] },
  },
  {
    what: 'files of which no record can be read',
    advice: 'Correct the files',
    code: 3,
    reason: 'holds no record that can be read',
    files: { 'data/a.json': '{"a":1\n' },
    follow: { spoilt: (folder) => writeFileSync(join(folder, 'data', 'a.json'), '{"a":1}\n') },
  },
  {
    what: 'records with thousands of keys',
    advice: 'Do the keys hold data, such as ids?',
    code: 1,
    reason: 'more than 4000 different keys',
    files: { 'data/a.json': [manyKeys] },
    follow: { spoilt: (folder) => writeFileSync(join(folder, 'data', 'a.json'), '{"id":1}\n') },
  },
  {
    what: 'records without keys',
    advice: 'Name a folder with records that have keys and values',
    code: 1,
    reason: 'have nothing that a column can hold',
    files: { 'data/a.json': [{}, { '': 1 }], 'other/a.json': [{ id: 1 }] },
    follow: { sources: ['other'] },
  },
  {
    what: 'to write over files',
    advice: 'Name another folder, or move these files away',
    code: 2,
    reason: 'star/x.sql',
    files: { ...ONE, 'model/star/x.sql': '', 'model/dwh.cfg': '' },
    follow: { spoilt: (folder) => rmSync(join(folder, 'model'), { recursive: true }) },
  },
  {
    what: 'a folder that cannot be one',
    advice: 'Name another folder.',
    code: 2,
    reason: 'cannot be the folder of a model',
    files: { ...ONE, model: 'a file' },
    follow: { spoilt: (folder) => rmSync(join(folder, 'model')) },
  },
  {
    what: 'two keys for one source',
    advice: 'Name all columns of the key in one',
    code: 2,
    reason: '--key is there twice for DATA',
    files: { 'data/a.json': [{ id: 1, a: 2 }] },
    more: ['--key', 'id', '--key', 'a'],
    follow: { more: ['--key', 'id,a'] },
  },
  {
    what: 'a key with a comma too many',
    advice: 'Separate columns by one comma',
    code: 2,
    reason: '--key id, has a comma without a column',
    files: ONE,
    more: ['--key', 'id,'],
    follow: { more: ['--key', 'id'] },
  },
  {
    what: 'a key that is no column',
    advice: 'Name columns of DATA: id.',
    code: 2,
    reason: '--key names nothing, which DATA does not have as a column',
    files: ONE,
    more: ['--key', 'nothing'],
    follow: { more: ['--key', 'id'] },
  },
  {
    what: 'a key of no source',
    advice: 'Write --key SOURCE=a,b with one of DATA',
    code: 2,
    reason: '--key OTHER=id names no source',
    files: ONE,
    more: ['--key', 'OTHER=id'],
    follow: { more: ['--key', 'DATA=id'] },
  },
  {
    what: 'a place that cannot be one',
    advice: 'Name a folder or a file, here or in S3',
    code: 2,
    reason: 'does not name a bucket',
    files: ONE,
    more: ['--from', 's3://UPPER/x'],
    follow: { more: [] },
  },
  {
    what: 'one folder within another',
    advice: 'Name folders that do not contain each other',
    code: 2,
    reason: 'lies within',
    files: { 'data/x/a.json': [{ id: 1 }] },
    sources: ['data', 'data/x'],
    follow: { sources: ['data'] },
  },
  {
    what: 'a name that a dwh.cfg cannot hold',
    advice: 'Give the folder a name without characters',
    code: 1,
    reason: 'cannot name',
    files: { 'data ;x/a.json': [{ id: 1 }], 'data/a.json': [{ id: 1 }] },
    sources: ['data ;x'],
    follow: { sources: ['data'] },
  },
];
