"""The only door to Redis or Valkey: sessions, releases and the outbox. It makes every key and sets every time to live.

Key names, settled for good (`{7f}` is one of 256 cluster hash tags, from a keyed hash of the address):

    s:{7f}:<contact>   session, sealed            two hours after the last text, a day at most
    r:{7f}:<contact>   the last replies, sealed    two minutes
    u:{7f}:<contact>   "got the fallback text"     as long as a session
    o:{7f}             outbox: jobs wanted         a week
    spent:<month>      parts in and out            62 days
    tally:<day>        what happened, of people in fives   8 days
    pulse              when the worker was seen, what waits   a day
    {release}:<digest> a published bundle          90 days, renewed while it is served
    {release}:live     number and digest           likewise
    {release}:log      who published what, when    likewise; the last 200
    probe              written to see whether writing works, ten seconds
"""
