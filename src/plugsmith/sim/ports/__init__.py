"""How clients reach a simulated chip."""
