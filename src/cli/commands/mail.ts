import { resolve } from 'node:path';
import type { Command } from 'commander';
import { action, type Context } from '../command.js';
import { print } from '../terminal.js';

export function addMail(program: Command): void {
  program
    .command('mail')
    .description('the mails that people get')
    .command('preview')
    .description('write every mail with made-up content into a folder, as HTML and as text')
    .option('--out <dir>', 'the folder', 'mail-preview')
    .action(action<[{ readonly out: string }]>(preview));
}

async function preview({ terminal, env }: Context, { out }: { readonly out: string }): Promise<void> {
  const { writePreview } = await import('../../notify/preview.js');
  const folder = resolve(out);
  const mails = await writePreview(folder, env.publicUrl, Date.now());
  print(terminal, { folder, mails }, () => `${mails.length} mails: ${folder}/index.html`);
}
