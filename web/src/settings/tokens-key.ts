/** Where the list of tokens is kept. */
export const tokensKey = ['tokens'] as const;
