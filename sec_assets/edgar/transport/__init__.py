"""How requests reach EDGAR: one budget, one ban, one set of body checks for live, mirror and sample alike.

`rules` and `classify` are pure; `gate` shares the budget between processes; `session` stacks cache, limiter, ban and
validation over an adapter of `adapters` or `live`; `retry` repeats from outside. Addresses are `edgar.urls`, and what
the rest of the project calls is `edgar.client`.
"""
