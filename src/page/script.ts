/**
 * The page's script: it shows what a column of the picture comes from and what is made of it, and filters the page. It
 * reads the numbers that picture/picture.ts writes. The page says the same without it.
 */
export const SCRIPT = `(() => {
  'use strict';
  const svg = document.querySelector('#picture svg');
  const trail = document.getElementById('trail');
  const ends = [...svg.querySelectorAll('[data-n]')];
  const up = new Map(), down = new Map(), paths = [...svg.querySelectorAll('path')];
  const add = (map, key, path) => map.set(key, [...(map.get(key) || []), path]);
  for (const path of paths) {
    add(up, path.dataset.t, path);
    add(down, path.dataset.f, path);
  }
  const byNumber = new Map(ends.map((end) => [end.dataset.n, end]));
  const nameOf = (end) => end.getAttribute('aria-label').replace(', ', '.').replace(/^(source|staging|current|star) /, '');
  const headOf = (end) => end.parentNode.querySelector('.head');
  let pinned;

  function follow(start, edges, side, found) {
    const open = [start];
    const seen = new Set(open);
    while (open.length > 0) {
      for (const path of edges.get(open.pop()) || []) {
        const next = path.dataset[side];
        const isValue = path.classList.contains('v');
        (isValue ? found.strong : found.weak).add(path);
        if (isValue && !seen.has(next)) {
          seen.add(next);
          open.push(next);
        }
      }
    }
    seen.delete(start);
    return [...seen];
  }

  function show(end) {
    clear();
    const found = { strong: new Set(), weak: new Set() };
    const from = follow(end.dataset.n, up, 'f', found);
    const to = follow(end.dataset.n, down, 't', found);
    const head = headOf(end);
    for (const path of up.get(head.dataset.n) || []) found.weak.add(path);
    svg.classList.add('chosen');
    for (const path of found.strong) path.classList.add('on');
    for (const path of found.weak) {
      path.classList.add('near');
      for (const side of ['f', 't']) byNumber.get(path.dataset[side]).classList.add('near');
    }
    for (const n of [...from, ...to]) byNumber.get(n).classList.add('on');
    end.classList.add('on', 'self');
    const names = (list) => list.map((n) => nameOf(byNumber.get(n))).join(', ');
    const parts = [];
    if (from.length > 0) parts.push('comes from ' + names(from.reverse()));
    if (to.length > 0) parts.push('goes into ' + names(to));
    const deciding = [...new Set([...found.weak].map((path) => path.dataset.f))].filter((n) => n !== end.dataset.n);
    if (deciding.length > 0) parts.push('decided by ' + names(deciding));
    trail.textContent = nameOf(end) + (parts.length === 0 ? '' : ' ' + parts.join('; '));
  }

  function clear() {
    svg.classList.remove('chosen');
    for (const one of svg.querySelectorAll('.on, .near, .self')) one.classList.remove('on', 'near', 'self');
    trail.textContent = trail.dataset.hint;
  }

  clear();
  const back = () => (pinned === undefined ? clear() : show(pinned));
  for (const end of ends) {
    end.addEventListener('mouseenter', () => show(end));
    end.addEventListener('mouseleave', back);
    end.addEventListener('focus', () => show(end));
    end.addEventListener('blur', back);
    end.addEventListener('click', (event) => {
      if (event.detail === 0) return;
      event.preventDefault();
      pinned = pinned === end ? undefined : end;
      back();
    });
    end.setAttribute('tabindex', end === ends[0] ? '0' : '-1');
  }

  function move(from, key) {
    if (key === 'ArrowDown' || key === 'ArrowUp') return ends[ends.indexOf(from) + (key === 'ArrowDown' ? 1 : -1)];
    const [edges, side] = key === 'ArrowRight' ? [down, 't'] : [up, 'f'];
    const path = (edges.get(from.dataset.n) || [])[0];
    return path && byNumber.get(path.dataset[side]);
  }
  svg.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      pinned = undefined;
      clear();
    }
    const end = event.target.closest('[data-n]');
    const next = end && /^Arrow/.test(event.key) ? move(end, event.key) : undefined;
    if (next === undefined) return;
    event.preventDefault();
    end.setAttribute('tabindex', '-1');
    next.setAttribute('tabindex', '0');
    next.focus();
  });

  const search = document.getElementById('search');
  const items = [...document.querySelectorAll('[data-find]')];
  const count = document.getElementById('found');
  search.closest('form').hidden = false;
  search.closest('form').addEventListener('submit', (event) => event.preventDefault());
  search.addEventListener('input', () => {
    const wanted = search.value.trim().toLowerCase();
    const holds = (element) => element.textContent.toLowerCase().includes(wanted);
    let shown = 0;
    for (const item of items) {
      const named = item.dataset.find.toLowerCase().includes(wanted);
      item.hidden = !named && !holds(item);
      if (!item.hidden) shown += 1;
      const rows = [...item.querySelectorAll('tbody tr')];
      const isSplit = !named && rows.some(holds);
      for (const row of rows) row.hidden = isSplit && !holds(row);
    }
    for (const part of document.querySelectorAll('section[data-part]')) {
      part.hidden = wanted !== '' && part.querySelector('[data-find]:not([hidden])') === null;
    }
    count.textContent = wanted === '' ? '' : shown + ' of ' + items.length;
  });
})();
`;
