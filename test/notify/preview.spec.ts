import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { writePreview } from '../../src/notify/preview.js';

it('every mail can be looked at without a service: HTML and text, with all links absolute and one way to end it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mails-'));
  try {
    const names = await writePreview(folder, 'https://accord.example.com', Date.now());
    const templates = (await readdir('templates')).filter((name) => name !== 'partials');
    expect(names.length).toBeGreaterThanOrEqual(templates.length);
    for (const name of names) {
      const html = await readFile(join(folder, `${name}.html`), 'utf8');
      const text = await readFile(join(folder, `${name}.txt`), 'utf8');
      const hrefs = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
      expect([name, hrefs.filter((href) => !href!.startsWith('https://accord.example.com/'))]).toEqual([
        name,
        [],
      ]);
      expect(text).toMatch(/^Subject: \S/);
      for (const part of [html, text]) expect(part).not.toMatch(/\{\{|undefined|\[object/);
      const choosable = text.includes('MAIL_TO') || text.includes('an admin of this Accord service');
      expect([name, text.includes('No more mails like this: ')]).toEqual([name, !choosable]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
