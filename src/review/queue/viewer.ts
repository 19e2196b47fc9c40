import { pipelinesWithin, type Caller } from '../../common/caller.js';
import type { Permission } from '../../common/permissions.js';
import { sightOf, type RevealQueryDto } from '../../common/veil.js';
import type { Viewer } from '../conflicts.service.js';

/** Who asks, and on which pipelines they may do this. */
export function viewerOf(
  caller: Caller,
  permission: Permission = 'conflicts:read',
  reveal: RevealQueryDto = {},
): Viewer {
  return {
    me: caller.personId,
    visible: pipelinesWithin(caller, permission),
    named: pipelinesWithin(caller, 'records:read'),
    sight: sightOf(caller, reveal),
  };
}
