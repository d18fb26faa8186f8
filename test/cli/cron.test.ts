import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { ROOT } from '../support/cli.ts';
import { run, withProject } from '../support/cli-project.ts';
import { testIf } from '../support/skips.ts';

const HAS_FLOCK = spawnSync('flock', ['--version']).status === 0;
const AN_ERROR = 'is not a whole number';

/** The script of docs/operations.md, in a folder that stands for /opt/starload. */
function nightly(folder: string) {
  const [, script = ''] =
    /```text\n(#!\/bin\/sh\n# \/opt\/starload\/nightly\.sh[\s\S]*?)```/.exec(
      readFileSync(join(ROOT, 'docs/operations.md'), 'utf8'),
    ) ?? [];
  const file = join(folder, 'nightly.sh');
  writeFileSync(file, script.replaceAll('/opt/starload', folder));
  chmodSync(file, 0o755);
  symlinkSync(join(ROOT, 'dist'), join(folder, 'dist'));
  /** What cron would mail, and the exit code. */
  return () => {
    const { status, stdout, stderr } = spawnSync(file, { encoding: 'utf8' });
    return { code: status, mail: `${stdout}${stderr}` };
  };
}

testIf(HAS_FLOCK, 'the script for cron: there is no flock here')(
  'the documented cron script mails the error of its own run, never that of an older one',
  () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      const night = nightly(folder);
      expect(night()).toEqual({ code: 0, mail: '' });
      expect(JSON.parse(readFileSync(join(folder, 'last.json'), 'utf8'))).toMatchObject({ status: 'loaded' });

      writeFileSync(join(folder, 'log_data/bad.json'), '{"ts":"yesterday","page":"x"}\n');
      const refused = night();
      expect(refused).toEqual({ code: 3, mail: expect.stringContaining(AN_ERROR) });
      expect(refused.mail).toMatch(/^starload ended with 3\n\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ /);
      expect(readFileSync(join(folder, 'etl.log'), 'utf8')).toContain(AN_ERROR);

      const other = spawn('flock', ['.etl.lock', 'sh', '-c', 'echo locked; cat'], { cwd: folder, stdio: 'pipe' });
      await once(other.stdout, 'data');
      expect(night()).toEqual({ code: 1, mail: 'starload: the previous run has not ended (npm run status)\n' });
      other.stdin.end();
      await once(other, 'exit');

      rmSync(join(folder, 'last.json'));
      mkdirSync(join(folder, 'last.json'));
      const unwritable = night();
      expect(unwritable).toEqual({ code: expect.any(Number), mail: expect.stringContaining('last.json') });
      expect([unwritable.code === 0, unwritable.mail.includes(AN_ERROR)]).toEqual([false, false]);
      rmSync(join(folder, 'last.json'), { recursive: true });

      rmSync(join(folder, 'dist'));
      const broken = night();
      expect(broken).toEqual({ code: 1, mail: expect.stringContaining('Cannot find module') });
      expect(broken.mail).not.toContain(AN_ERROR);
    }),
);
