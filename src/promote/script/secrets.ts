/** Credentials in code: the patterns that scanners of repositories (gitleaks, detect-secrets) look for first. */

const PATTERNS: readonly [RegExp, string][] = [
  [/(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/, 'an AWS access key'],
  [/aws_?secret_?access_?key["']?\s*[:=]\s*["'][A-Za-z0-9/+=]{40}["']/i, 'an AWS secret key'],
  [
    /fs\.s3a?n?\.(?:access\.key|awsAccessKeyId|secret\.key|awsSecretAccessKey)["']?\s*[,:=]\s*["'][^"'${]{8,}["']/,
    'a key for S3'
  ],
  [/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/, 'a private key'],
  [/(?<![A-Za-z0-9])(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36}/, 'a token of GitHub'],
  [/(?<![A-Za-z0-9])github_pat_\w{40,}/, 'a token of GitHub'],
  [/(?<![A-Za-z0-9])glpat-[\w-]{20}/, 'a token of GitLab'],
  [/(?<![A-Za-z0-9])xox[abprs]-[\w-]{10,}/, 'a token of Slack'],
  [/(?<![A-Za-z0-9])sk-(?:ant-|proj-)?[\w-]{32,}/, 'an API key'],
  [/(?<![A-Za-z0-9])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/, 'a signed token (JWT)'],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"'{}]+:[^\s:/@"'{}]{3,}@[^\s"']+/i, 'a password in an address'],
  [/jdbc:[^"'\s]*[?&;]password=[^"'&;{}\s]{3,}/i, 'a password in an address'],
  [
    /(?:^|[^A-Za-z])(?:\w*(?:password|passwd|passphrase|secret|api_?key|access_?key|auth_?token|access_?token)|pwd|token)["']?\s*[:=]\s*["'](?!\s*["'])(?![$<{])[^"'\s]{6,}["']/i,
    'a credential'
  ],
  [/\.option\(\s*["']password["']\s*,\s*["'][^"']{3,}["']/i, 'a password']
];

/** What says that a line is meant so: detect-secrets' own comment. */
const ALLOWED = /pragma:\s*allowlist[ _-]secret/i;

/** The first credential in a text: its line, from 1, and what kind it is. Never the credential itself. */
export function findSecret(text: string): { line: number; what: string } | undefined {
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (ALLOWED.test(line)) {
      continue;
    }
    const found = PATTERNS.find(([pattern]) => pattern.test(line));
    if (found) {
      return { line: index + 1, what: found[1] };
    }
  }
  return undefined;
}
