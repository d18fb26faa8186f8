import { readFile } from 'node:fs/promises';

const ROOT = new URL('../../', import.meta.url);

/** The text of the CloudFormation template. */
export function readTemplate(): Promise<string> {
  return readFile(new URL('infra/warehouse.yaml', ROOT), 'utf8');
}

/** The text of dwh.cfg.example, with which a new dwh.cfg begins. */
export function readExample(): Promise<string> {
  return readFile(new URL('dwh.cfg.example', ROOT), 'utf8');
}
