"""Boot modes of Lightning's and Realtek's chips, as the tools that free them talk to them."""
