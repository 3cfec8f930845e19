import { serveStartRequest } from './profiles/profile-requests.ts'

// Entry of `node --import @pitwall/sdk/profile agent.js`, which `pitwall profile --cmd` uses: a profile from the first line on, and nothing else.
serveStartRequest()
