/** Becomes the first admin by the link that the service prints, as a person would, and stays signed in. */
export async function firstAdmin(origin: string, secret: string): Promise<Readonly<Record<string, string>>> {
  const answer = await fetch(`${origin}/api/v1/one-time-links/use`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      secret,
      email: 'bench@example.org',
      name: 'Bench',
      password: 'long enough for a bench',
    }),
  });
  if (!answer.ok) throw new Error(`the first admin: ${answer.status} ${await answer.text()}`);
  const { csrfToken } = (await answer.json()) as { readonly csrfToken: string };
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
  return { cookie: cookies.join('; '), 'x-csrf-token': csrfToken };
}
