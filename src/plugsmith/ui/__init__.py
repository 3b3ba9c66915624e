"""The page's server: the same verbs over HTTP on loopback, for a browser of this computer."""
