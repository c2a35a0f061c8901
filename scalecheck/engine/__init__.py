"""An HTTP client for load, on gevent's loop: callbacks instead of greenlets, and nothing that a request does not need.

It keeps no cookies, follows no redirects and stores nothing: visitors do. It never blocks, and nothing that it calls
back may block or switch greenlets.
"""
