const review = { strategy: 'review' };
const both = (name: string): object => ({ a: name, b: name, policy: review });

/** One rule that scores, and nothing beside it: no key is shared. */
export const parties = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'parties' },
  connections: { a: { ref: 'a', object: 'public.party' }, b: { ref: 'b', object: 'public.party' } },
  match: [
    {
      id: 'alike',
      action: 'link',
      score: [
        { field: 'name', as: 'name', agree: 8, disagree: 5 },
        { field: 'email', as: 'email', agree: 10, disagree: 2 },
        { field: 'phone', as: 'phone', agree: 9, disagree: 2 },
        { field: 'street', as: 'address', agree: 7, disagree: 3 },
        { field: 'postcode', as: 'digits', agree: 4, disagree: 2 },
        { field: 'city', as: 'text', agree: 3, disagree: 1 },
        { field: 'birth', as: 'date', agree: 9, disagree: 4 },
      ],
      block: [
        { ending: ['phone'] },
        { whole: ['email'] },
        { sound: ['name'], start: ['postcode'] },
        { sound: ['name'], whole: ['birth'] },
        { words: ['name'], start: ['city'] },
        { start: ['street', 'postcode'] },
      ],
      region: 'DE',
      auto: 14,
      review: 8,
      margin: 3,
    },
    { id: 'none', action: 'ignore' },
  ],
  fields: {
    name: both('name'),
    email: both('email'),
    phone: both('phone'),
    street: both('street'),
    city: both('city'),
    postcode: both('postcode'),
    birth: both('birth'),
  },
  load: { accept: 'manual' },
} as const;

export type Parties = typeof parties;
