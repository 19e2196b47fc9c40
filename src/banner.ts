import picocolors from 'picocolors';
import { demoPeople } from './access/demo-people.js';
import { PipelinesService } from './ops/pipelines.service.js';
import { verdict } from './ops/verdict.js';
import type { Service } from './service.js';

/** What a person sees who has started the service: where it is, how things stand, and what to do next. */
export async function banner(
  { app, url, database, project, firstAdminAddress }: Service,
  { colour }: { readonly colour: boolean },
): Promise<string> {
  const { bold, cyan, dim, green } = picocolors.createColors(colour);
  const pipelines = await app.get(PipelinesService, { strict: false }).list();
  const where =
    database.embedded === undefined
      ? 'DATABASE_URL'
      : `embedded PostgreSQL on port ${database.embedded.port}`;
  return [
    '',
    `  ${green('●')} ${bold('Accord')} runs at ${bold(cyan(url))}   ${dim(`(database: ${where})`)}`,
    '',
    ...(pipelines.length === 0
      ? [`  No pipeline yet. Name a folder of pipeline files in ACCORD_PIPELINES, and start again.`]
      : pipelines.map((figures) => `  ${bold(figures.name)}  ${verdict(figures).sentence}`)),
    '',
    ...(project.demo
      ? demoPeople.map(
          ({ role, email, password }) => `  Sign in as ${role}: ${bold(email)}   password: ${bold(password)}`,
        )
      : []),
    ...(firstAdminAddress === null
      ? []
      : [
          `  ${project.demo ? 'Or become' : 'Nobody can sign in yet. Become'} the admin, once, within 24 hours:`,
          `  ${cyan(firstAdminAddress)}`,
          '',
        ]),
    ...(project.demo
      ? [`  Try   ${cyan('npm run demo:traffic')}   people at work on both sides; watch conflicts come up`]
      : []),
    `  ${project.demo ? '     ' : 'Try  '} ${cyan('npm run accord -- status')}   the same as here, on the command line`,
    `  Stop  ${bold('Ctrl+C')}   nothing is lost; the next start goes on from there`,
    '',
    '',
  ].join('\n');
}
