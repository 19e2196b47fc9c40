/** Where the list of people is kept. */
export const peopleKey = ['people'] as const;
