import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Injectable } from '@nestjs/common';
import { LoadedOnce } from '../common/loaded-once.js';

/** Seen from `src` and from `dist` alike. */
const folder = fileURLToPath(new URL('../../templates/', import.meta.url));
const partials = 'partials';

export interface RenderedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

type Render = (data: object) => string;
type Mails = ReadonlyMap<string, Record<'subject' | 'html' | 'text', Render>>;

/**
 * The mails in `templates/`: a folder for each with `subject.hbs`, `html.hbs` and `text.hbs`, and the parts that they
 * share. Values are escaped in HTML and stand as they are in text. Read once, for the first mail. A name that the data lacks is an error,
 * not an empty place.
 */
@Injectable()
export class MailTemplates {
  readonly #mails = new LoadedOnce(compiled);

  /** @param data every name that the mail's templates use, at least as `null` */
  async render(mail: string, data: object): Promise<RenderedMail> {
    const parts = (await this.#mails.get()).get(mail);
    if (!parts) throw new Error(`There is no mail named ${mail} in templates/`);
    return {
      subject: parts.subject(data).replaceAll(/\s+/g, ' ').trim(),
      html: parts.html(data),
      text: `${parts
        .text(data)
        .replaceAll(/\n{3,}/g, '\n\n')
        .trim()}\n`,
    };
  }
}

async function compiled(): Promise<Mails> {
  const { default: Handlebars } = await import('handlebars');
  const handlebars = Handlebars.create();
  for (const file of await readdir(join(folder, partials))) {
    handlebars.registerPartial(basename(file, '.hbs'), await readFile(join(folder, partials, file), 'utf8'));
  }
  const compile = async (mail: string, part: string, noEscape: boolean): Promise<Render> =>
    handlebars.compile(await readFile(join(folder, mail, `${part}.hbs`), 'utf8'), { strict: true, noEscape });
  const names = (await readdir(folder)).filter((name) => name !== partials);
  const mails = names.map(async (mail) => {
    const [subject, html, text] = await Promise.all([
      compile(mail, 'subject', true),
      compile(mail, 'html', false),
      compile(mail, 'text', true),
    ]);
    return [mail, { subject, html, text }] as const;
  });
  return new Map(await Promise.all(mails));
}
