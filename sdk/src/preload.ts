import { register } from './register.ts'

// Entry of `node --import @pitwall/sdk/register agent.js`: everything is set by the environment.
register()
