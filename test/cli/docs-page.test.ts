import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BUILT_IN_MODEL } from '../../src/sql/read-model.ts';
import { findChromium, Page } from '../support/browser.ts';
import { withFolder } from '../support/engines.ts';
import { inProcess } from '../support/in-process.ts';
import { describeIf } from '../support/skips.ts';
import { HOSTILE, writeHostileModel, writeWideModel } from '../support/wide-model.ts';

const docs = (...args: readonly string[]) => inProcess(['docs', '--config', '/nowhere/dwh.cfg', ...args]);

test('docs writes a page, says when it is up to date, and replaces a page of its own', () =>
  withFolder(async (folder) => {
    const out = join(folder, 'model.html');
    expect(await docs('--out', out)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^wrote .*model\.html: 9 tables of sparkify \(\d+\.\d kB\)\n$/),
    });
    const page = readFileSync(out, 'utf8');
    expect(await docs('--out', out, '--model', BUILT_IN_MODEL)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('model.html is up to date: 9 tables of sparkify'),
    });
    writeFileSync(out, page.replace('</body>', 'old</body>'));
    const { stdout } = await docs('--out', out, '--json');
    expect(JSON.parse(stdout)).toEqual({
      command: 'docs',
      status: 'written',
      out,
      bytes: Buffer.byteLength(page),
      sources: 2,
      tables: 9,
      checks: expect.any(Number),
      questions: 9,
    });
    expect(readFileSync(out, 'utf8')).toBe(page);
  }));

test('docs leaves other files alone, and says where it cannot write', () =>
  withFolder(async (folder) => {
    const [mine, link] = [join(folder, 'mine.html'), join(folder, 'link.html')];
    writeFileSync(mine, '<!doctype html>\n<title>mine</title>\n');
    symlinkSync(mine, link);
    for (const out of [mine, link, folder]) {
      const refused = await docs('--out', out);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain(`${out} is there, and is no page that docs made`);
      expect(refused.stderr).toContain('Name another file with --out');
      expect((await docs('--out', join(folder, 'free.html'))).code).toBe(0);
      rmSync(join(folder, 'free.html'));
    }
    expect(readFileSync(mine, 'utf8')).toContain('mine');
    const lost = await docs('--out', join(folder, 'no', 'folder.html'));
    expect(lost).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Name a file in a folder that you may write to'),
    });
    expect((await docs('--out', join(folder, 'folder.html'))).code).toBe(0);
  }));

test('docs tells the mistakes of a model and writes nothing', () =>
  withFolder(async (folder) => {
    writeWideModel(folder, 1);
    writeFileSync(join(folder, 'star/odd.sql'), 'CREATE TABLE odd (\n  a BIGINT\n);\nSELECT a FROM nowhere\n');
    const out = join(folder, 'model.html');
    expect(await docs('--model', folder, '--out', out)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('star/odd.sql'),
    });
    expect(() => readFileSync(out)).toThrow('ENOENT');
  }));

const CHROMIUM = findChromium();

/** The parts of the page that have something wider in them. */
const OVERFULL =
  "[...document.querySelectorAll('.item')].filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.dataset.find)";

/** Texts that stand out less from what is behind them than WCAG 2 AA asks for: 4.5, or 3 where they are large. */
const UNREADABLE = `(() => {
  const numbers = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const behind = (element) => {
    const layers = [];
    for (let one = element; one !== null; one = one.parentElement) layers.push(numbers(getComputedStyle(one).backgroundColor));
    return layers.reverse().reduce((below, [r, g, b, a]) => below.map((c, at) => [r, g, b][at] * a + c * (1 - a)), [255, 255, 255]);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const holdsText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
  for (const one of document.querySelectorAll('details')) one.open = true;
  const bad = [];
  let seen = 0;
  for (const element of document.querySelectorAll('body *')) {
    if (!holdsText(element) || element.closest('script') !== null || element.getClientRects().length === 0) continue;
    const style = getComputedStyle(element);
    const isSvg = element.closest('svg') !== null;
    const back = isSvg ? numbers(getComputedStyle(document.body).backgroundColor).slice(0, 3) : behind(element);
    const text = numbers(isSvg ? style.fill : style.color).slice(0, 3);
    const isLarge = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    seen += 1;
    if (ratio(text, back) < (isLarge ? 3 : 4.5)) bad.push(element.tagName + ' ' + element.textContent.slice(0, 30) + ' ' + ratio(text, back));
  }
  return { seen, bad };
})()`;

describeIf(CHROMIUM !== undefined, 'the page of a model in a browser: no Chromium in PATH or CHROMIUM')(
  'in a browser, the page',
  () => {
    let browser: Page;
    beforeAll(async () => {
      browser = await Page.open(CHROMIUM ?? '');
    }, 60_000);
    afterAll(() => browser.close());

    async function open(model: string | undefined, action: (page: Page, url: string) => Promise<void>): Promise<void> {
      await withFolder(async (folder) => {
        const out = join(folder, 'model.html');
        expect(await docs('--out', out, ...(model === undefined ? [] : ['--model', model]))).toMatchObject({ code: 0 });
        const url = pathToFileURL(out).href;
        await browser.show(1280, 900, 'light');
        await browser.go(url);
        await action(browser, url);
      });
    }

    const names = (selector: string) =>
      browser.evaluate<readonly string[]>(
        `[...document.querySelectorAll('#picture ${selector}')].map((one) => one.getAttribute('aria-label'))`,
      );
    const atColumn = (label: string, event: string) =>
      browser.evaluate(
        `document.querySelector('#picture [aria-label="${label}"]').dispatchEvent(new MouseEvent('${event}', { bubbles: true, cancelable: true, detail: 1 }))`,
      );

    test('loads nothing and has no errors, whatever the model holds', () =>
      open(undefined, async (page, url) => {
        expect({ console: page.console, requests: page.requests }).toEqual({ console: [], requests: [url] });
        await withFolder(async (folder) => {
          writeHostileModel(folder);
          await open(folder, async (hostile, its) => {
            expect(hostile.console).toEqual([]);
            expect(hostile.requests).toEqual([its]);
            expect(await hostile.evaluate("document.querySelector('#t-t p').textContent")).toBe(HOSTILE);
            expect(await hostile.evaluate("document.querySelectorAll('script, img').length")).toBe(1);
          });
        });
      }));

    test.each(['light', 'dark'] as const)('can be read on a %s screen', (scheme) =>
      open(undefined, async (page) => {
        await page.show(1280, 900, scheme);
        const { seen, bad } = await page.evaluate<{ seen: number; bad: readonly string[] }>(UNREADABLE);
        expect(bad).toEqual([]);
        expect(seen).toBeGreaterThan(500);
        const [red = 0] =
          (await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')).match(/\d+/g) ?? [];
        expect(Number(red) < 128).toBe(scheme === 'dark');
      }),
    );

    test.each([
      ['sparkify', undefined],
      ['many columns', (folder: string) => writeWideModel(folder, 8)],
      ['the longest names', writeHostileModel],
    ])('of %s is no wider than its window, from 400 pixels on', (_, write) =>
      withFolder(async (folder) => {
        write?.(folder);
        await open(write && folder, async (page) => {
          await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
          for (const width of [400, 870, 1024]) {
            await page.show(width, 800, 'light');
            expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
            expect(await page.evaluate(OVERFULL)).toEqual([]);
          }
        });
      }),
    );

    test('shows what a column comes from, what is made of it and what decides it, and keeps it after a click', () =>
      open(undefined, async (page) => {
        await atColumn('users, level', 'mouseenter');
        const ancestors = ['[S3] LOG_DATA, level', 'staging_events, level', 'current_events, level', 'users, level'];
        expect((await names('a.on')).toSorted()).toEqual(ancestors.toSorted());
        expect(await names('a.near:not(.head)')).toEqual(
          ['ts', 'session_id', 'item_in_session', 'user_id', 'logged_in'].map((name) => `current_events, ${name}`),
        );
        expect(await page.evaluate("document.getElementById('trail').textContent")).toBe(
          'users.level comes from [S3] LOG_DATA.level, staging_events.level, current_events.level; decided by current_events.logged_in, current_events.user_id, current_events.ts, current_events.item_in_session, current_events.session_id',
        );
        await atColumn('users, level', 'mouseleave');
        expect(await names('a.on')).toEqual([]);
        await atColumn('songplays, start_time', 'click');
        await atColumn('songplays, start_time', 'mouseleave');
        expect(await names('.star a.on')).toEqual(['songplays, start_time', ...TIME]);
      }));

    const TIME = ['start_time', 'hour', 'day', 'week', 'month', 'year', 'weekday'].map((name) => `time, ${name}`);

    test('can be used with the keyboard', () =>
      open(undefined, async (page) => {
        const focused = () => page.evaluate('document.activeElement.getAttribute("aria-label")');
        await page.evaluate('document.querySelector(\'#picture a[tabindex="0"]\').focus()');
        expect(await focused()).toBe('source [S3] LOG_DATA');
        for (const [key, label] of [
          ['ArrowDown', '[S3] LOG_DATA, artist'],
          ['ArrowRight', 'staging_events, artist'],
          ['ArrowRight', 'current_events, artist'],
          ['ArrowLeft', 'staging_events, artist'],
          ['ArrowUp', 'staging staging_events'],
        ] as const) {
          await page.press(key);
          expect(await focused()).toBe(label);
        }
        await page.press('ArrowDown');
        expect(await names('a.on')).toContain('current_events, artist');
        await page.press('Escape');
        expect(await names('a.on')).toEqual([]);
        await page.press('Tab');
        expect(await page.evaluate("document.activeElement.closest('#picture') === null")).toBe(true);
      }));

    test('finds tables, columns and words', () =>
      open(undefined, async (page) => {
        const find = (text: string) =>
          page.evaluate<readonly string[]>(`(() => {
          const search = document.getElementById('search');
          search.value = ${JSON.stringify(text)};
          search.dispatchEvent(new Event('input'));
          return [...document.querySelectorAll('[data-find]:not([hidden])')].map((one) => one.dataset.find);
        })()`);
        const all = await find('');
        expect(await find('LATITUDE')).toEqual(expect.arrayContaining(['artists', 'current_songs', 'staging_songs']));
        expect(await find('no such word')).toEqual([]);
        expect(await find('users_by_level')).toEqual(['users_by_level']);
        expect(await find('')).toEqual(all);
      }));

    test('has headings in order, heads for the columns of its tables, and a name for everything that can be chosen', () =>
      open(undefined, async (page) => {
        const levels = await page.evaluate<readonly number[]>(
          "[...document.querySelectorAll('h1, h2, h3, h4')].map((one) => Number(one.tagName[1]))",
        );
        expect(levels[0]).toBe(1);
        expect(levels.filter((level, at) => level > (levels[at - 1] ?? 0) + 1)).toEqual([]);
        expect(await page.evaluate("document.querySelectorAll('table thead th:not([scope])').length")).toBe(0);
        const nameless =
          "[...document.querySelectorAll('a, summary')].filter((one) => (one.getAttribute('aria-label') || one.textContent).trim() === '').length";
        expect(await page.evaluate(nameless)).toBe(0);
        const lost =
          "[...document.querySelectorAll('a[href^=\"#\"]')].filter((one) => document.getElementById(one.getAttribute('href').slice(1)) === null).map((one) => one.href)";
        expect(await page.evaluate(lost)).toEqual([]);
        const ids =
          "(() => { const ids = [...document.querySelectorAll('[id]')].map((one) => one.id); return ids.length - new Set(ids).size; })()";
        expect(await page.evaluate(ids)).toBe(0);
      }));
  },
);
