import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Injectable } from '@nestjs/common';
import Handlebars from 'handlebars';

/** Seen from `src` and from `dist` alike. */
const folder = fileURLToPath(new URL('../../templates/', import.meta.url));
const partials = 'partials';

export interface RenderedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

type Render = (data: object) => string;

/**
 * The mails in `templates/`: a folder for each with `subject.hbs`, `html.hbs` and `text.hbs`, and the parts that they
 * share. Values are escaped in HTML and stand as they are in text. Read once, at the start: a broken template stops the
 * service before it stops a mail. A name that the data lacks is an error, not an empty place.
 */
@Injectable()
export class MailTemplates {
  private readonly mails = new Map<string, Record<'subject' | 'html' | 'text', Render>>();

  constructor() {
    const handlebars = Handlebars.create();
    for (const file of readdirSync(join(folder, partials))) {
      handlebars.registerPartial(basename(file, '.hbs'), readFileSync(join(folder, partials, file), 'utf8'));
    }
    for (const mail of readdirSync(folder).filter((name) => name !== partials)) {
      const compile = (part: string, noEscape: boolean): Render =>
        handlebars.compile(readFileSync(join(folder, mail, `${part}.hbs`), 'utf8'), {
          strict: true,
          noEscape,
        });
      this.mails.set(mail, {
        subject: compile('subject', true),
        html: compile('html', false),
        text: compile('text', true),
      });
    }
  }

  /** @param data every name that the mail's templates use, at least as `null` */
  render(mail: string, data: object): RenderedMail {
    const parts = this.mails.get(mail);
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
