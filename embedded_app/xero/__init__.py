"""Xero: what we send, one call at a time, and what its answers mean.

endpoints, payloads, encoding, limits, answers, outcomes, refusals, lookup, paging and chart are pure; exchange, client
and oauth speak HTTP.
Urls, tokens and the session are passed in; nothing here knows rows, jobs or the store.
"""
