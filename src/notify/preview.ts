import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MailTemplates } from './mail-templates.js';
import { mailSamples } from './samples.js';

/**
 * Writes every mail with made-up content into a folder, as HTML and as text, and an index of them. Needs no service, no database and no
 * mail server.
 *
 * @returns the names of the mails
 */
export async function writePreview(folder: string, publicUrl: string, now: number): Promise<string[]> {
  const templates = new MailTemplates();
  await mkdir(folder, { recursive: true });
  const samples = await Promise.all(
    mailSamples(publicUrl, now).map(async ({ name, letter, footer }) => ({
      name,
      mail: await templates.render(letter.template, { ...letter.data, ...footer }),
    })),
  );
  for (const { name, mail } of samples) {
    await writeFile(join(folder, `${name}.html`), mail.html);
    await writeFile(join(folder, `${name}.txt`), `Subject: ${mail.subject}\n\n${mail.text}`);
  }
  const entries = samples.map(
    ({ name }) => `<li><a href="${name}.html">${name}</a> (<a href="${name}.txt">text</a>)</li>`,
  );
  await writeFile(
    join(folder, 'index.html'),
    `<!doctype html><html lang="en"><meta charset="utf-8" /><title>Mails</title><h1>Mails</h1><ul>${entries.join('')}</ul></html>\n`,
  );
  return samples.map(({ name }) => name);
}
