// The parser of AsyncAPI's own makers: whether it reads a document, and all that it finds to say about it, hints included.
import { readFileSync } from 'node:fs';

import { Parser } from '@asyncapi/parser';

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], 'utf-8'));
const messages = document?.allMessages().all().map((message) => message.name()) ?? [];
console.log(JSON.stringify({ messages, said: diagnostics.map(({ code, path, message }) => `${path.join('/')} ${code}: ${message}`) }));
