import { AppError, messageOf } from '../../common/errors.js';
import type { OpenProject } from '../../project.js';
import { endpointOptions } from '../../connectors/endpoint-options.js';
import { endOf } from '../../core/pipeline/ends.js';
import { fault, ok, warning, type Finding } from './finding.js';

const noticeableOffsetMs = 2_000;

/** Every connection: reachable, as whom, how its clock stands, and what it warns about. */
export async function connections({ catalog }: OpenProject): Promise<Finding[]> {
  const found = await Promise.all(
    catalog.names().map(async (name): Promise<Finding[]> => {
      const what = `connection ${name}`;
      try {
        const info = await (await catalog.get(name)).check();
        const offset = Math.round(info.clockOffsetMs);
        return [
          ok(what, `${info.system} ${info.version} as ${info.account}, clock ${offset} ms off`),
          ...(Math.abs(offset) > noticeableOffsetMs + info.clockErrorMs
            ? [
                warning(
                  what,
                  `its clock is ${offset} ms off`,
                  'Run NTP on both; policies by time are as good as the clocks',
                ),
              ]
            : []),
          ...info.missingRights.map(({ what: lacking, grant }) =>
            warning(what, lacking, `An administrator can run: ${grant}`),
          ),
          ...info.warnings.map((text) =>
            warning(what, text, `See ${guideTo(info.system)} on what its account needs`),
          ),
        ];
      } catch (error) {
        return [said(what, error, 'Check the address, the account and the network between here and there')];
      }
    }),
  );
  return found.flat();
}

function guideTo(system: string): string {
  return system === 'PostgreSQL' ? 'docs/connectors/postgres.md' : 'docs/connectors/mysql.md';
}

/** Every end of every pipeline: the object, its fields, and what the account may do there. Installs nothing. */
export async function pipelineEnds(
  { catalog, pipelines }: OpenProject,
  idOf: (name: string) => number,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { spec, file } of pipelines) {
    for (const side of ['A', 'B'] as const) {
      const { ref, object } = endOf(spec, side);
      const what = `${spec.metadata.name}, side ${side}`;
      try {
        const connection = await catalog.get(ref);
        const endpoint = await connection.endpoint(endpointOptions(idOf(spec.metadata.name), spec, side));
        const { tier } = endpoint.capabilities;
        await endpoint.close();
        findings.push(ok(what, `${object} can be read and written (${tier})`));
      } catch (error) {
        findings.push(said(what, error, `Correct ${file}, or grant what is missing`));
      }
    }
  }
  return findings;
}

function said(what: string, error: unknown, fix: string): Finding {
  const code = error instanceof AppError ? ` (${error.code})` : '';
  return fault(what, `${messageOf(error)}${code}`, fix);
}
