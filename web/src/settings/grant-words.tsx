import type { Grant } from '../api/access';
import { strings } from '../strings';

const words = strings.access;

export function grantWords({ role, pipeline }: Grant): string {
  return words.roleAt(words.roles[role] ?? role, pipeline === '*' ? words.everywhere : pipeline);
}

export function Grants({ grants }: { readonly grants: readonly (Grant & { readonly source?: string })[] }) {
  if (grants.length === 0) return <span>{words.account.noRoles}</span>;
  return (
    <ul className="plain-list grants">
      {grants.map((grant) => (
        <li key={`${grant.role} ${grant.pipeline} ${grant.source ?? ''}`}>
          {grantWords(grant)}
          {grant.source === 'oidc' && <span className="grant-source"> ({words.byGroup})</span>}
        </li>
      ))}
    </ul>
  );
}
