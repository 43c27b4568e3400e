"""Signal control: from what roadside units know to which green comes when."""
