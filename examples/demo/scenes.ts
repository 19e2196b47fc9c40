import { companyPhoneNoise, countryNoise } from './format-noise.js';
import { editable, type Kind } from './editable-fields.js';
import type { Desk, World } from './world.js';

const names: Readonly<Record<Desk, string>> = { crm: 'CRM', support: 'Support' };

const shown = (values: Readonly<Record<string, unknown>>): string =>
  Object.values(values).map(String).join(', ');

/** Somebody changes one thing. It flows to the other side. */
export async function singleEdit(world: World): Promise<void> {
  const [desk, pair] = [world.desk(), world.pair()];
  const field = world.faker.helpers.arrayElement(editable[pair.kind]);
  const actor = world.actor(desk);
  const values = field.make(world.faker)[desk];
  await world.set(desk, actor, pair, values);
  world.say(actor, `${names[desk]}: changes ${field.words} of ${pair.name} to ${shown(values)}`);
}

/** The same value, written in another way. Nothing may come of it on the other side. */
export async function formatNoise(world: World): Promise<void> {
  const actor = world.actor('crm');
  const pair = world.pair('companies');
  const noise = world.faker.helpers.arrayElement([companyPhoneNoise, countryNoise, nameNoise]);
  const said = await noise(world, actor, pair);
  if (said !== null) world.say(actor, `CRM: ${said} of ${pair.name}: the same value in another form`);
}

async function nameNoise(
  world: World,
  actor: string,
  pair: Parameters<typeof companyPhoneNoise>[2],
): Promise<string> {
  const name = (await world.read<string>('crm', pair, 'name')) ?? pair.name;
  await world.set('crm', actor, pair, {
    name: name.endsWith(' ') ? name.trim() : `${name.replace(' ', '  ')} `,
  });
  return 'adds blanks to the name';
}

/** Two people change different fields of one record at the same moment. Both changes stand in the end. */
export async function differentFields(world: World): Promise<void> {
  const pair = world.pair('companies');
  const [first, second] = world.faker.helpers.arrayElements(editable.companies, 2);
  if (first === undefined || second === undefined) return;
  const [sales, agent] = [world.actor('crm'), world.actor('support')];
  await world.setBoth(
    pair,
    { actor: sales, values: first.make(world.faker).crm },
    { actor: agent, values: second.make(world.faker).support },
  );
  world.say(
    'both',
    `${pair.name}: ${sales} changes ${first.words}, ${agent} ${second.words}; both will stand`,
  );
}

/** Two people change the same field at the same moment, and mean different things. Somebody must decide. */
export async function trueConflict(
  world: World,
  kind: Kind = world.faker.helpers.arrayElement(['companies', 'people'] as const),
): Promise<void> {
  const { pair, field } = world.uncontested(kind);
  const [a, b] = [field.make(world.faker).crm, field.make(world.faker).support];
  const [sales, agent] = [world.actor('crm'), world.actor('support')];
  await world.setBoth(pair, { actor: sales, values: a }, { actor: agent, values: b });
  world.say('conflict', `${pair.name}: ${sales} sets ${field.words} to ${shown(a)}, ${agent} to ${shown(b)}`);
}

/** Support renames a company; the name belongs to the CRM, so sales is asked. */
export async function foreignRename(world: World): Promise<void> {
  const pair = world.pair('companies');
  const actor = world.actor('support');
  const name = `${pair.name.trim()} ${world.faker.helpers.arrayElement(['International', 'Europe', 'Group', 'Holding'])}`;
  await world.set('support', actor, pair, { display_name: name });
  world.say('conflict', `Support: ${actor} renames ${pair.name} to ${name}, but the name belongs to the CRM`);
}

/** Support changes the tier; it is the CRM's alone and comes back. */
export async function revertedEdit(world: World): Promise<void> {
  const pair = world.pair('companies');
  const actor = world.actor('support');
  await world.run(
    'support',
    actor,
    `update organizations set support_tier = case support_tier when 'gold' then 'silver' else 'gold' end::support_tier where id = $1`,
    [pair.supportId],
  );
  world.say(actor, `Support: changes the tier of ${pair.name}; the CRM decides it, so it will come back`);
}

/** One side adds a tag while the other adds one and takes one away. */
export async function tagsOnBoth(world: World): Promise<void> {
  const pair = world.pair('companies');
  const [here, there] = world.faker.helpers.arrayElements(
    ['expo-2026', 'priority', 'nda-signed', 'pilot', 'renewal'],
    2,
  );
  const [sales, agent] = [world.actor('crm'), world.actor('support')];
  await world.begin(
    'crm',
    sales,
    `update accounts set tags = trim(both ';' from concat_ws(';', tags, $2::text)) where id = $1`,
    [pair.crmId, here],
  );
  await world.begin(
    'support',
    agent,
    `update organizations set labels = array_append(labels[2:], $2::text) where id = $1`,
    [pair.supportId, there],
  );
  await Promise.all([world.commit('crm'), world.commit('support')]);
  world.say(
    'both',
    `${pair.name}: ${sales} adds the tag ${here ?? ''}, ${agent} adds ${there ?? ''} and removes the first one`,
  );
}

/** Points given on one side and spent on the other. */
export async function countersOnBoth(world: World): Promise<void> {
  const pair = world.pair('companies');
  const [given, spent] = [
    world.faker.number.int({ min: 10, max: 90 }),
    world.faker.number.int({ min: 1, max: 9 }),
  ];
  const [sales, agent] = [world.actor('crm'), world.actor('support')];
  await world.begin('crm', sales, 'update accounts set bonus_points = bonus_points + $2 where id = $1', [
    pair.crmId,
    given,
  ]);
  await world.begin(
    'support',
    agent,
    'update organizations set points = greatest(points - $2, 0) where id = $1',
    [pair.supportId, spent],
  );
  await Promise.all([world.commit('crm'), world.commit('support')]);
  world.say('both', `${pair.name}: ${sales} gives ${given} points while ${agent} takes off ${spent}`);
}

/** Both write into the notes, one above, one below; and both change a setting. */
export async function textsOnBoth(world: World): Promise<void> {
  const pair = world.pair('companies');
  const [sales, agent] = [world.actor('crm'), world.actor('support')];
  const [above, below] = [
    `Called about ${world.faker.commerce.product().toLowerCase()}.`,
    `Ticket about ${world.faker.commerce.product().toLowerCase()}.`,
  ];
  await world.begin(
    'crm',
    sales,
    `update accounts set notes = concat_ws(e'\\n', $2::text, notes), settings = settings || '{"reminders": true}' where id = $1 and notes is not null`,
    [pair.crmId, above],
  );
  await world.begin(
    'support',
    agent,
    `update organizations set description = concat_ws(e'\\n', description, $2::text), preferences = preferences || '{"channel": "chat"}' where id = $1 and description is not null`,
    [pair.supportId, below],
  );
  await Promise.all([world.commit('crm'), world.commit('support')]);
  world.say('both', `${pair.name}: ${sales} writes at the top of the notes, ${agent} at the end`);
}

/** A new customer in the CRM, or a new user of the support desk. */
export async function newRecord(world: World): Promise<void> {
  const { faker } = world;
  if (faker.datatype.boolean()) {
    const actor = world.actor('crm');
    const name = `${faker.company.name()} GmbH`;
    const number = faker.number.int({ min: 200_000, max: 999_999_999 });
    await world.run(
      'crm',
      actor,
      `insert into accounts (company_no, name, website, phone, city, country, tags, employees, credit_limit, tier, account_owner, customer_since)
       values ($1, $2, $3, $4, $5, 'Germany', 'trial', $6, 1000, 'Bronze', 'Dana Fox', to_char(now(), 'DD.MM.YYYY'))`,
      [
        `C-${number}`,
        name,
        `www.${faker.internet.domainWord()}-${number}.example`,
        '030 5550199',
        faker.location.city(),
        faker.number.int({ min: 2, max: 400 }),
      ],
    );
    world.say(actor, `CRM: opens an account for ${name}`);
    return;
  }
  const actor = world.actor('support');
  const [first, last] = [faker.person.firstName(), faker.person.lastName()];
  await world.run(
    'support',
    actor,
    `insert into users (organization_id, given_name, family_name, login_email, wants_newsletter, interests, country_code)
     values ($1, $2, $3, $4, false, '{training}', 'DE')`,
    [
      world.pair('companies').supportId,
      first,
      last,
      `${first}.${last}.${faker.number.int(999_999_999)}@new.example`.toLowerCase(),
    ],
  );
  world.say(actor, `Support: registers ${first} ${last}`);
}

/** A list comes in, or a colleague leaves: one statement, many rows. */
export async function bulkStatement(world: World): Promise<void> {
  const [from, to] = world.faker.helpers.arrayElements(
    ['Dana Fox', 'Aiko Mori', 'Lena Brandt', 'Sam Okoye', 'Petra Novak'],
    2,
  );
  const rows = await world.run(
    'crm',
    'import:territory plan',
    `update accounts set account_owner = $2 where id in (select id from accounts where account_owner = $1 order by md5(id::text || $2) limit 60)`,
    [from, to],
  );
  world.say(
    'territory plan (import)',
    `CRM: hands ${rows} accounts from ${from ?? ''} to ${to ?? ''} in one statement`,
  );
}

/** Whoever says no to the newsletter has said no. */
export async function optOut(world: World): Promise<void> {
  const pair = world.pair('people');
  const [sales, agent] = [world.actor('crm'), world.actor('support')];
  await world.setBoth(
    pair,
    { actor: sales, values: { newsletter: true } },
    { actor: agent, values: { wants_newsletter: false } },
  );
  world.say('both', `${pair.name}: ${sales} ticks the newsletter, ${agent} unticks it; the no stands`);
}

/** Somebody works for another company now: an account in the CRM, an organization in support, the same company in the end. */
export async function newEmployer(world: World): Promise<void> {
  const [desk, person, company] = [world.desk(), world.pair('people'), world.pair('companies')];
  const actor = world.actor(desk);
  const values = desk === 'crm' ? { account_id: company.crmId } : { organization_id: company.supportId };
  await world.set(desk, actor, person, values);
  world.say(actor, `${names[desk]}: ${person.name} works for ${company.name} now`);
}

/** Somebody asks support for something: a ticket that points to the person and the company. */
export async function newTicket(world: World): Promise<void> {
  const [person, company] = [world.pair('people'), world.pair('companies')];
  const actor = world.actor('support');
  const title = `Question about ${world.faker.commerce.product().toLowerCase()}`;
  await world.run(
    'support',
    actor,
    'insert into tickets (title, requester_id, organization_id) values ($1, $2, $3)',
    [title, person.supportId, company.supportId],
  );
  world.say(actor, `Support: opens a ticket of ${person.name}, ${company.name}: ${title}`);
}

/** A case is passed on to somebody else. */
export async function passedOn(world: World): Promise<void> {
  const [person, actor] = [world.pair('people'), world.actor('crm')];
  const number = `T-${world.faker.number.int({ min: 50_000, max: 50_499 })}`;
  await world.run('crm', actor, 'update cases set contact_id = $2 where case_no = $1', [
    number,
    person.crmId,
  ]);
  world.say(actor, `CRM: passes the case ${number} on to ${person.name}`);
}
