// Inside the container: exit code 0 while the service may be sent requests.
const { PORT = '3000' } = process.env;
try {
  const answer = await fetch(`http://127.0.0.1:${PORT}/health/ready`, { signal: AbortSignal.timeout(4_000) });
  if (!answer.ok) console.error(`${answer.status} ${await answer.text()}`);
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.error(`no answer: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
