// Inside the container: exit code 0 while the service may be sent requests.
const { PORT = '3000', TLS_CERT_FILE } = process.env;
// The certificate is for the name that people use, not for the address of this machine within itself.
if (TLS_CERT_FILE) process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
try {
  const url = `${TLS_CERT_FILE ? 'https' : 'http'}://127.0.0.1:${PORT}/health/ready`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(4_000) });
  if (!answer.ok) console.error(`${answer.status} ${await answer.text()}`);
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.error(`no answer: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
