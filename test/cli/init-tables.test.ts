import { describe, expect, test } from '@jest/globals';
import { document, loadsAsItStands, withRecords } from '../support/init.ts';

describe('init', () => {
  test('takes a column of the key once, under whichever of its names', () =>
    withRecords({ 'orders/a.json': [{ a: { id: 1 }, id: 2 }] }, async (project) => {
      const [source] = (await document(project, ['orders'], '--key', 'a.id,a_id,id,id')).sources;
      expect(source.key.columns).toEqual(['a_id', 'id']);
    }));

  test('leaves out a key of a million characters, and does not print them all', () =>
    withRecords({ 'data/a.json': [{ id: 1, [`long${'k'.repeat(1_000_000)}`]: 2 }] }, async (project) => {
      const [source] = (await document(project, ['data'])).sources;
      expect(source.columns.map(({ name }: { name: string }) => name)).toEqual(['id']);
      const [, { about, text }] = source.remarks;
      expect(about).toMatch(/^longk{76}…$/);
      expect(text).toBe('is left out: its key takes 1,000,004 bytes, and a jsonpaths file has room for 512');
      expect(await loadsAsItStands(project)).toMatchObject({ data: 1 });
    }));

  test('makes tables of a folder whose name is that of a time', () =>
    withRecords({ 'time/a.json': [{ id: 1, t: '2024-01-01 00:00:00' }] }, async (project) => {
      expect((await document(project, ['time'])).sources[0]).toMatchObject({ source: 'ITS_TIME', table: 'its_time' });
      expect(await loadsAsItStands(project)).toMatchObject({ its_time: 1 });
    }));

  test('keeps in the star what a record says of a thing without an id, and what it says otherwise than the latest', () =>
    withRecords(
      {
        'orders/a.json': [
          { order_id: 1, item: { id: 7, quantity: 2 }, customer_id: null, customer_name: 'A guest' },
          { order_id: 2, item: { id: 7, quantity: 5 }, customer_id: 1, customer_name: 'Ada' },
        ],
      },
      async (project) => {
        await document(project, ['orders']);
        expect(await loadsAsItStands(project)).toMatchObject({ orders: 2, items: 1, customers: 1 });
        expect(await project.rows('SELECT item_quantity, customer_name FROM orders ORDER BY order_id')).toEqual([
          { item_quantity: 2, customer_name: 'A guest' },
          { item_quantity: 5, customer_name: 'Ada' },
        ]);
      },
    ));
});
