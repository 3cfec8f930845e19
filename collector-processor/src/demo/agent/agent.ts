import { arrivals } from '../arrivals.ts'
import { workload } from '../workload.ts'
import type { AgentFunction } from './agent-function.ts'
import bookSeat from './functions/book-seat.ts'
import embedQuery from './functions/embed-query.ts'
import exchangeRate from './functions/exchange-rate.ts'
import hotelDetails from './functions/hotel-details.ts'
import lookupPolicy from './functions/lookup-policy.ts'
import normalizeCity from './functions/normalize-city.ts'
import rankItineraries from './functions/rank-itineraries.ts'
import summarizeConversation from './functions/summarize-conversation.ts'
import { runAgent } from './run-agent.ts'

/** The program of a travel agent; started with `node --import @pitwall/sdk/register agent.js`, like anyone's. */
const functions: Readonly<Record<keyof typeof workload, AgentFunction>> = {
  embedQuery,
  lookupPolicy,
  exchangeRate,
  rankItineraries,
  summarizeConversation,
  normalizeCity,
  bookSeat,
  hotelDetails,
}

runAgent((order) =>
  order.order === 'start'
    ? { functions: new Map(Object.entries(functions)), calls: arrivals(workload, order.agent, order.seed) }
    : undefined,
)
